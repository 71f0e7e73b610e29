insert into public.wall (id, paint) values (1, ('a', 'green'));
