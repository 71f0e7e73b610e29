insert into public.customer (name) values ('a'), ('b');
insert into public.contact (customer_id) values (1), (2), (2);
