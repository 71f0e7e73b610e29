-- The lower materialized view is rebuilt with one column more, so both come back with their indexes, one of them changed.
create table public.sale (id integer primary key, shop text not null, day date not null, cents integer not null);
create materialized view public.shop_day as select shop, day, sum(cents) as cents, count(*) as n from public.sale group by shop, day;
create unique index shop_day_key on public.shop_day (shop, day);
create index shop_day_cents on public.shop_day (cents desc) where n > 0;
alter materialized view public.shop_day cluster on shop_day_key;
create materialized view public.shop_total as select shop, sum(cents) as cents from public.shop_day group by shop with no data;
create index shop_total_cents on public.shop_total (cents);
comment on index public.shop_day_cents is 'for the ranking';
