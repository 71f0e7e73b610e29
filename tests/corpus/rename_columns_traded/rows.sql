insert into public.fix values (1, 53.5, 10.0, 'port');
