insert into public.owner values (7);
insert into public.plot values (7, 1, 7, 100), (7, 2, null, 50);
