insert into public.bottom values (1, 5, 'x', 'm', 'b');
