-- The enum has another name and schema, its labels are the same.
create schema app;
create type app.power as enum ('on', 'off');
create table public.lamp (id integer primary key, status app.power not null default 'off');
create table app.fan (id integer primary key, status app.power[]);
create function public.toggle(s app.power) returns app.power
    language sql immutable
    as $$ select case s when 'on' then 'off'::app.power else 'on' end $$;
create view public.toggled as select id, public.toggle(status) as status from public.lamp;
comment on type app.power is 'two of them';
