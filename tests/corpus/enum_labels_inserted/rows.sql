insert into public.shirt values (1, 'small', 'b'), (2, 'large', 'd');
