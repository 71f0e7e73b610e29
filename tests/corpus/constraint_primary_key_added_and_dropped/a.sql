create table public.keyless (id integer, name text not null);
create table public.keyed (id integer constraint keyed_key primary key, name text not null);
create table public.optional (id integer not null unique, name text);
create view public.keyed_name as select id, name from public.keyed;
