create schema kinds;
create type public.state as enum ('on', 'off');
create domain public.label as text constraint label_filled check (value <> '');
create type public.pair as (state public.state, label public.label);
create table public.thing (id integer primary key, state public.state not null default 'off', label public.label, pair public.pair);
create function public.flip(s public.state) returns public.state language sql immutable as $$ select case s when 'on' then 'off'::public.state else 'on' end $$;
create view public.flipped as select id, public.flip(state) as state, label from public.thing;
