create function public.valid_code(c text) returns boolean language sql immutable as $$ select c ~ '^[0-9]+$' $$;
create function public.limit_of() returns integer language sql immutable as 'select 10';
create table public.parcel (
    id integer primary key,
    code text constraint parcel_code check (public.valid_code(code)),
    weight integer constraint parcel_weight check (weight < public.limit_of())
);
create domain public.code as text constraint code_valid check (public.valid_code(value));
create table public.label (code public.code);
