create schema app;
create type public.status as enum ('on', 'off');
create table public.lamp (id integer primary key, status public.status not null default 'off');
create table app.fan (id integer primary key, status public.status[]);
create function public.toggle(s public.status) returns public.status
    language sql immutable
    as $$ select case s when 'on' then 'off'::public.status else 'on' end $$;
create view public.toggled as select id, public.toggle(status) as status from public.lamp;
comment on type public.status is 'two of them';
