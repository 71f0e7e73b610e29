insert into public.opening values (1, '{mon,wed}', null);
