-- Every option of a sequence changes at least once, in both directions of counting.
create sequence public.plain increment 2 start 3 cache 20;
create sequence public.bounded as integer increment 10 minvalue 0 maxvalue 5000 start 100 no cycle;
create sequence public.falling increment 1 minvalue 1 start 1 cycle maxvalue 99;
create sequence public.kept start 7 increment 7;
create table public.batch (id integer primary key default nextval('public.bounded'), kept integer default nextval('public.kept'));
comment on sequence public.bounded is 'by tens';
