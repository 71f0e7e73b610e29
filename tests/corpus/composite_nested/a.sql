create type public.point2 as (x integer, y integer);
create type public.line as (start public.point2, stop public.point2);
create type public.shape as (name text, lines public.line[]);
create function public.corners(s public.shape) returns integer language sql immutable as 'select cardinality((s).lines)';
create function public.origin() returns public.point2 language sql immutable as 'select row(0, 0)::public.point2';
