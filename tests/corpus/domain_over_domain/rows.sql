insert into public.person values (1, 'Ada', 'a');
