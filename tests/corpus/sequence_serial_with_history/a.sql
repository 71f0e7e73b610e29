create table public.client (id serial primary key, name text);
alter table public.client rename to customer;
create table public.invoice (id serial primary key, customer_id integer not null references public.customer);
