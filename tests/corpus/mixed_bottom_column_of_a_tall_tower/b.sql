-- The lowest column of a tower of function, views, materialized view, parsed function and rule becomes numeric.
create table public.raw (id integer primary key, value numeric(12, 2) not null, at date not null);
create function public.norm(v numeric) returns numeric language sql immutable as 'select v / 10';
create view public.level_1 as select id, public.norm(value) as value, at from public.raw;
create view public.level_2 as select at, sum(value) as value from public.level_1 group by at;
create materialized view public.level_3 as select date_trunc('year', at::timestamp) as year, sum(value) as value from public.level_2 group by 1;
create index level_3_year on public.level_3 (year);
create view public.level_4 as select year, value, row_number() over (order by value) as place from public.level_3;
create function public.level_5() returns setof public.level_4 language sql stable begin atomic select year, value, place from public.level_4; end;
create view public.level_6 as select max(place) as places from public.level_5();
create table public.report (id integer primary key default 1, places bigint, check (id = 1));
create rule fill_report as on update to public.report do also select places from public.level_6;
comment on view public.level_2 is 'by day';
