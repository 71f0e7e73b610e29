-- An index of the same name and columns stands on the other table now.
create table public.cat (id integer primary key, name text not null);
create table public.dog (id integer primary key, name text not null);
create index pet_name on public.dog (name);
create index pet_id_name on public.cat (id, name);
