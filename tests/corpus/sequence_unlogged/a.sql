create unlogged sequence public.fast;
create sequence public.safe;
create table public.job (id bigint primary key default nextval('public.fast'), other bigint default nextval('public.safe'));
create unlogged table public.scratch (id bigserial primary key);
