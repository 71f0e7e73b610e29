-- One typed table becomes plain, a plain one becomes typed, and the type below a third gains an attribute.
create type public.point3 as (x double precision, y double precision, z double precision);
create type public.person_row as (id integer, name text, born date);

create table public.place (x double precision, y double precision, z double precision, primary key (x, y, z));
create table public.person of public.person_row (id with options primary key);
create table public.guest of public.person_row (id with options primary key, name not null default 'nobody');
