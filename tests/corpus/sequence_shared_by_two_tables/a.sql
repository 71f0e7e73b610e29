create table public.person (id serial primary key, name text);
create table public.company (id serial primary key, name text);
create view public.party as select id, name from public.person union all select id, name from public.company;
