create type public.pair as (left_side integer, right_side text);
create type public.triple as (a integer, b integer, gone text);
create type public.kept as (x integer);
create function public.sum_of(p public.triple) returns integer language sql immutable as 'select (p).a + (p).b';
create function public.empty_pair() returns public.pair language sql immutable as $$ select 0, ''::text $$;
