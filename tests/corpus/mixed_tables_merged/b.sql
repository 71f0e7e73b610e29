-- Two tables and the view over them become one table of the view's name; the materialized view on top stays.
create type public.pet_kind as enum ('cat', 'dog');
create table public.pet (
    kind public.pet_kind not null,
    id integer generated always as identity primary key,
    name text not null,
    indoor boolean,
    breed text,
    constraint pet_fields check (case kind when 'cat' then breed is null else indoor is null end)
);
create table public.visit (kind public.pet_kind not null, pet_id integer not null references public.pet on delete cascade, day date not null, primary key (pet_id, day));
create materialized view public.visits as select p.name, v.day from public.pet p join public.visit v on v.kind = p.kind and v.pet_id = p.id;
