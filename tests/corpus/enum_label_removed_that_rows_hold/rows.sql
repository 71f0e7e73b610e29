insert into public.basket values (1, 'apple'), (2, 'plum');
