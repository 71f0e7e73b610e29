create type public.colour as enum ('red', 'green', 'blue');
create domain public.warm_colour as public.colour default 'red' constraint warm check (value <> 'blue');
create type public.paint as (name text, colour public.colour);
create type public.colour_range as range (subtype = public.colour);
create table public.wall (
    id integer primary key,
    paint public.paint,
    accent public.warm_colour,
    span public.colour_range
);
create function public.paint_colour(p public.paint) returns public.colour language sql immutable as 'select (p).colour';
