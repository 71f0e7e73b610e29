-- A table without a key gets one over a nullable column; another loses its own and keeps not null; a unique becomes the key.
create table public.keyless (id integer constraint keyless_key primary key, name text not null);
create table public.keyed (id integer not null, name text not null);
create table public.optional (id integer primary key, name text);
create view public.keyed_name as select id, name from public.keyed;
