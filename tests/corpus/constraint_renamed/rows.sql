insert into public.depot values (1, 'n', 2);
insert into public.truck values (1, 1, 'n');
