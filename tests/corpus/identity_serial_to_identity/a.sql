create table public.customer (id serial primary key, name text not null);
create table public.contact (
    id bigserial primary key,
    customer_id integer not null references public.customer
);
create view public.customer_contact as select c.id, c.name, k.id as contact from public.customer c left join public.contact k on k.customer_id = c.id;
create table public.kept (id serial primary key);
