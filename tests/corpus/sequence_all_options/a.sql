create sequence public.plain;
create sequence public.bounded as integer increment 5 minvalue 10 maxvalue 1000 start 20 cache 3 cycle;
create sequence public.falling increment -1 minvalue -1000 maxvalue -1 start -1;
create sequence public.kept start 7 increment 7;
create table public.batch (id integer primary key default nextval('public.bounded'), kept integer default nextval('public.kept'));
comment on sequence public.bounded is 'by fives';
