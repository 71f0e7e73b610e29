-- A new label gets a partition of its own, and another one joins an existing partition.
create type public.region as enum ('north', 'south', 'east', 'west');
create table public.sale (id integer not null, region public.region not null, cents integer, primary key (id, region)) partition by list (region);
create table public.sale_north partition of public.sale for values in ('north');
create table public.sale_south partition of public.sale for values in ('south', 'west');
create table public.sale_east partition of public.sale for values in ('east');
create index sale_cents on public.sale (cents);
