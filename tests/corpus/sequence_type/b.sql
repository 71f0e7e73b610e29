-- Sequences change their integer type and with it their bounds.
create sequence public.tiny as bigint;
create sequence public.middle as smallint start 5;
create sequence public.wide as integer;
create table public.coin (id integer primary key, n integer default nextval('public.middle'));
create sequence public.coin_id_seq as integer owned by public.coin.id;
alter table public.coin alter column id set default nextval('public.coin_id_seq');
create table public.kept (id serial primary key);
