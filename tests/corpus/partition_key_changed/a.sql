create table public.move (id integer not null, region text not null, day date not null) partition by list (region);
create table public.move_north partition of public.move for values in ('north');
create table public.move_south partition of public.move for values in ('south');
create index move_id on public.move (id);
create materialized view public.move_count as select region, count(*) as n from public.move group by region;
create unique index move_count_key on public.move_count (region);
