-- The functions that checks of a table and a domain call get other arguments and another return type.
create function public.valid_code(c text, digits integer) returns boolean language sql immutable as $$ select c ~ '^[0-9]+$' and length(c) <= digits $$;
create function public.limit_of() returns numeric language sql immutable as 'select 10.5';
create table public.parcel (
    id integer primary key,
    code text constraint parcel_code check (public.valid_code(code, 8)),
    weight integer constraint parcel_weight check (weight < public.limit_of())
);
create domain public.code as text constraint code_valid check (public.valid_code(value, 12));
create table public.label (code public.code);
