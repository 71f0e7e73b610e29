create type state as enum ('on', 'off');
create type mode as enum ('on', 'off', 'auto');
create function state_of(t text) returns state language sql immutable as $$ select case t when 'on' then 'on'::state else 'off'::state end $$;
create cast (varchar as state) with inout as assignment;
create cast (bigint as timestamp) without function;
create table switches (id integer primary key, s state);
