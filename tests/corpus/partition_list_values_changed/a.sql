create table public.customer (id integer not null, country text, name text, unique (id, country)) partition by list (country);
create table public.customer_eu partition of public.customer for values in ('de', 'fr', 'pl');
create table public.customer_us partition of public.customer for values in ('us', 'ca');
create table public.customer_none partition of public.customer for values in (null);
create index customer_name on public.customer (name);
