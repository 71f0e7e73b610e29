insert into public.item values (1, 'a', 5);
