-- Attributes of unstored composite types change type, go and come; functions over them follow.
create type public.pair as (left_side bigint, right_side varchar(20));
create type public.triple as (a integer, b integer, c numeric(5, 1));
create type public.kept as (x integer);
create function public.sum_of(p public.triple) returns integer language sql immutable as 'select (p).a + (p).b + (p).c::integer';
create function public.empty_pair() returns public.pair language sql immutable as $$ select 0::bigint, ''::varchar $$;
