insert into public.person values (1, 'Byron', '1815-12-10');
