create type public.address as (street text, town text);
create table public.person (id integer primary key, home public.address, former public.address[]);
create view public.person_town as select id, (home).town as town from public.person;
create index person_town_idx on public.person (((home).town));
create function public.line_of(a public.address) returns text language sql immutable as $$ select (a).street || ' ' || (a).town $$;
