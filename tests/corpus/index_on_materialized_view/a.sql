create table public.sale (id integer primary key, shop text not null, day date not null, cents integer not null);
create materialized view public.shop_day as select shop, day, sum(cents) as cents from public.sale group by shop, day;
create unique index shop_day_key on public.shop_day (shop, day);
create index shop_day_cents on public.shop_day (cents);
create materialized view public.shop_total as select shop, sum(cents) as cents from public.shop_day group by shop with no data;
create index shop_total_cents on public.shop_total (cents);
comment on index public.shop_day_cents is 'for the ranking';
