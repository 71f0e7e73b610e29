create sequence public.tiny as smallint;
create sequence public.middle as integer start 5;
create sequence public.wide maxvalue 9999999999;
create table public.coin (id smallserial primary key, n integer default nextval('public.middle'));
create table public.kept (id serial primary key);
