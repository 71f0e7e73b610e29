-- A logged and an unlogged sequence trade persistence; an unlogged table with its serial becomes logged.
create sequence public.fast;
create unlogged sequence public.safe;
create table public.job (id bigint primary key default nextval('public.fast'), other bigint default nextval('public.safe'));
create table public.scratch (id bigserial primary key);
