create type public.day as enum ('mon', 'tue', 'wed', 'sun');
create table public.opening (
    id integer primary key,
    days public.day[] not null default array['mon', 'tue']::public.day[],
    grid public.day[][],
    constraint opening_some check (cardinality(days) > 0 and not 'sun' = any (days))
);
create index opening_days on public.opening using gin (days);
create function public.first_day(variadic d public.day[]) returns public.day language sql immutable as 'select min(x) from unnest(d) x';
create view public.opening_first as select id, public.first_day(variadic days) as first from public.opening;
