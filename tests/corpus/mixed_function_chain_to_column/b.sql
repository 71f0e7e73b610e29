-- The lowest of three chained parsed functions gets another return type; default, generated column, check, index and view lie on them.
create function public.base(n integer) returns bigint language sql immutable as 'select n + 1::bigint';
create function public.middle(n integer) returns bigint language sql immutable begin atomic select public.base(n) * 2; end;
create function public.top(n integer) returns integer language sql immutable begin atomic select public.middle(n)::integer + 5; end;
create table public.holder (
    id integer primary key,
    n integer not null default public.top(1),
    g integer generated always as (public.middle(id)) stored,
    constraint holder_check check (public.base(n) > 0)
);
create index holder_top on public.holder (public.top(n));
create view public.held as select id, public.top(g) as value from public.holder;
create function public.apart() returns integer language sql immutable as 'select 1';
