-- Times without zone become times with zone; the index on the day must name a zone now.
create table public.visit (
    id integer primary key,
    at timestamp with time zone not null default '2024-01-01 00:00+00',
    left_at timestamp with time zone,
    constraint visit_order check (left_at is null or left_at >= at)
);
create index visit_at_idx on public.visit (at);
create index visit_day_idx on public.visit (((at at time zone 'UTC')::date));
create view public.long_visit as select id, left_at - at as stayed from public.visit where left_at - at > interval '1 hour';
create function public.last_visit() returns timestamptz language sql stable as 'select max(at) from public.visit';
