insert into public.sale values ('eu', '2023-03-03', 5);
