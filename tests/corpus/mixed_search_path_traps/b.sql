-- The same names in several schemas, some as in the catalog: view, check and index turn to the other one of each.
create schema one;
create schema two;
create table one.item (id integer primary key, n integer);
create table two.item (id integer primary key, n integer);
create function one.twice(n integer) returns integer language sql immutable as 'select n * 2';
create function two.twice(n integer) returns integer language sql immutable as 'select n + n';
create function public.lower(t text) returns text language sql immutable as $$ select 'ours: ' || t $$;
create type public.date as (y integer, m integer);
set search_path = two, public;
create view public.item_one as select id, twice(n) as n from item;
create table public.odd (id integer primary key, d public.date, d2 date default '2021-01-01', t text check (pg_catalog.lower(t) <> public.lower(t)));
create index odd_lower on public.odd (public.lower(t));
create index odd_lower_2 on public.odd (pg_catalog.lower(t));
reset search_path;
