insert into public.line values (1, 5, null);
