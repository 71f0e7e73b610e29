-- A leaf becomes partitioned itself, the nested level gains a partition and the root another column and index.
create table public.sale (region text not null, day date not null, cents integer not null, shop text) partition by list (region);
create table public.sale_eu partition of public.sale for values in ('eu') partition by range (day);
create table public.sale_eu_2023 partition of public.sale_eu for values from ('2023-01-01') to ('2024-01-01');
create table public.sale_eu_rest partition of public.sale_eu default;
create table public.sale_us partition of public.sale for values in ('us') partition by hash (cents);
create table public.sale_us_0 partition of public.sale_us for values with (modulus 1, remainder 0);
create index sale_day on public.sale (day);
create index sale_shop on public.sale (shop, day desc);
alter table public.sale add constraint sale_cents check (cents > 0);
