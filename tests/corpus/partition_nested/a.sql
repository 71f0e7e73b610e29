create table public.sale (region text not null, day date not null, cents integer not null) partition by list (region);
create table public.sale_eu partition of public.sale for values in ('eu') partition by range (day);
create table public.sale_eu_2023 partition of public.sale_eu for values from ('2023-01-01') to ('2024-01-01');
create table public.sale_us partition of public.sale for values in ('us');
create index sale_day on public.sale (day);
alter table public.sale add constraint sale_cents check (cents > 0);
