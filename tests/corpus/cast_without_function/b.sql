-- a binary cast goes, a cast between enums comes, and one from varchar gets a function
create type state as enum ('on', 'off');
create type mode as enum ('on', 'off', 'auto');
create function state_of(t text) returns state language sql immutable as $$ select case t when 'on' then 'on'::state else 'off'::state end $$;
create cast (varchar as state) with function state_of(text) as implicit;
create cast (state as mode) with inout as assignment;
create table switches (id integer primary key, s state);
