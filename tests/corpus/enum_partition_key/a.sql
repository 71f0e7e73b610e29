create type public.region as enum ('north', 'south');
create table public.sale (id integer not null, region public.region not null, cents integer, primary key (id, region)) partition by list (region);
create table public.sale_north partition of public.sale for values in ('north');
create table public.sale_south partition of public.sale for values in ('south');
create index sale_cents on public.sale (cents);
