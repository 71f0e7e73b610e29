create table public.animal (id integer, name text not null, constraint animal_name check (name <> ''));
create table public.cat (lives integer default 9) inherits (public.animal);
create table public.dog (trained boolean) inherits (public.animal);
create view public.all_animals as select id, name from public.animal;
create index cat_name on public.cat (name);
