-- Camel case becomes snake case everywhere: no name is kept, no structure changes.
create table public.person (id integer primary key, first_name text not null, last_name text not null);
create table public.pet (id integer primary key, owner_id integer not null references public.person);
create view public.person_name as select id, first_name || ' ' || last_name as full_name from public.person;
create index pet_owner_id_idx on public.pet (owner_id);
