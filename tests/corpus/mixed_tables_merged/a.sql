create table public.cat (id integer generated always as identity primary key, name text not null, indoor boolean not null default true);
create table public.dog (id integer generated always as identity primary key, name text not null, breed text);
create table public.cat_visit (cat_id integer not null references public.cat on delete cascade, day date not null, primary key (cat_id, day));
create table public.dog_visit (dog_id integer not null references public.dog on delete cascade, day date not null, primary key (dog_id, day));
create view public.pet as select 'cat' as kind, id, name from public.cat union all select 'dog', id, name from public.dog;
create view public.visit as select 'cat' as kind, cat_id as pet_id, day from public.cat_visit union all select 'dog', dog_id, day from public.dog_visit;
create materialized view public.visits as select p.name, v.day from public.pet p join public.visit v on v.kind = p.kind and v.pet_id = p.id;
