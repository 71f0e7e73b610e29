insert into public.filled values (1), (2);
