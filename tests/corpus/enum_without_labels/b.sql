-- An enum without labels gets one, another one loses its last.
create type public.nothing as enum ('first');
create type public.something as enum ();
create table public.holder (id integer primary key, n public.nothing, s public.something);
