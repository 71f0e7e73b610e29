insert into public.sale values (1, 'north', 5), (2, 'south', 6);
