create table public.visit (
    id integer primary key,
    at timestamp without time zone not null default '2024-01-01 00:00',
    left_at timestamp without time zone,
    constraint visit_order check (left_at is null or left_at >= at)
);
create index visit_at_idx on public.visit (at);
create index visit_day_idx on public.visit ((at::date));
create view public.long_visit as select id, left_at - at as stayed from public.visit where left_at - at > interval '1 hour';
create function public.last_visit() returns timestamp language sql stable as 'select max(at) from public.visit';
