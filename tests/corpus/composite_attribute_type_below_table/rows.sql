insert into public.frame values (1, (3, 4), null);
insert into public.wall values (1, (3, 4));
