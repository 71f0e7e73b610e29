-- The same table, made under its present name: its sequence and key are named after it.
create table public.customer (id serial primary key, name text);
create table public.invoice (id serial primary key, customer_id integer not null references public.customer);
