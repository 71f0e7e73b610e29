-- The table is partitioned by an expression over the day instead of the region; a materialized view lies on it.
create table public.move (id integer not null, region text not null, day date not null) partition by range (region, (extract(year from day)));
create table public.move_north partition of public.move for values from ('a', 0) to ('p', 9999);
create table public.move_south partition of public.move for values from ('p', 9999) to (maxvalue, maxvalue);
create index move_id on public.move (id);
create materialized view public.move_count as select region, count(*) as n from public.move group by region;
create unique index move_count_key on public.move_count (region);
