insert into public.human values (1, 30, 1890);
