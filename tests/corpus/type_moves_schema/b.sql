-- Enum, domain and composite type move to the schema "kinds"; table, function and view name them there.
create schema kinds;
create type kinds.state as enum ('on', 'off');
create domain kinds.label as text constraint label_filled check (value <> '');
create type kinds.pair as (state kinds.state, label kinds.label);
create table public.thing (id integer primary key, state kinds.state not null default 'off', label kinds.label, pair kinds.pair);
create function public.flip(s kinds.state) returns kinds.state language sql immutable as $$ select case s when 'on' then 'off'::kinds.state else 'on' end $$;
create view public.flipped as select id, public.flip(state) as state, label from public.thing;
