create type public.nothing as enum ();
create type public.something as enum ('one');
create table public.holder (id integer primary key, n public.nothing, s public.something);
