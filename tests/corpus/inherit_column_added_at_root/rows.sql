insert into public.mail values (1, 'a', 'x');
