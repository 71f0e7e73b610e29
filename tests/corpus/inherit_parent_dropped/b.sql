-- The parent goes; its children stand alone with the same columns and the view becomes a union.
create table public.cat (id integer, name text not null, lives integer default 9, constraint animal_name check (name <> ''));
create table public.dog (id integer, name text not null, trained boolean, constraint animal_name check (name <> ''));
create view public.all_animals as select id, name from public.cat union all select id, name from public.dog;
create index cat_name on public.cat (name);
