-- List values move from one partition to another and a new value comes; null joins a list.
create table public.customer (id integer not null, country text, name text, unique (id, country)) partition by list (country);
create table public.customer_eu partition of public.customer for values in ('de', 'fr', 'it');
create table public.customer_us partition of public.customer for values in ('us', null);
create table public.customer_none partition of public.customer for values in ('pl', 'ca');
create index customer_name on public.customer (name);
