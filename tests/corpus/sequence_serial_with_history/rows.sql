insert into public.customer (name) values ('a');
insert into public.invoice (customer_id) values (1);
