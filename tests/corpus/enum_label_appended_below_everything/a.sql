create type public.colour as enum ('red', 'green');
create domain public.any_colour as public.colour;
create type public.paint as (name text, colour public.colour);
create table public.wall (id integer primary key, paint public.paint, accent public.any_colour not null default 'red');
create view public.red_wall as select id from public.wall where accent::public.colour = 'red';
create function public.is_red(c public.any_colour) returns boolean language sql immutable as $$ select c::public.colour = 'red' $$;
