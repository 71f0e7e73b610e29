insert into public.savings values (1, 5);
insert into public.giro values (2, 7, 0);
