create type public.point3 as (x double precision, y double precision, z double precision);
create type public.person_row as (id integer, name text);

create table public.place of public.point3 (primary key (x, y, z));
create table public.person (id integer primary key, name text);
create table public.guest of public.person_row (id with options primary key, name not null default 'nobody');
