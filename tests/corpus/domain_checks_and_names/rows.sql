insert into public.contact values (1, 'a@b', '12 3', 1);
