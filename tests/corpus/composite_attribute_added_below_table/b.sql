-- An attribute comes at the end of a composite type that tables store, alone and in arrays.
create type public.address as (street text, town text, country text);
create table public.person (id integer primary key, home public.address, former public.address[]);
create view public.person_town as select id, (home).town as town from public.person;
create index person_town_idx on public.person (((home).town));
create function public.line_of(a public.address) returns text language sql immutable as $$ select (a).street || ' ' || (a).town || coalesce((a).country, '') $$;
