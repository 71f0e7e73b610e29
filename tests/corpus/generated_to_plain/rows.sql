insert into public.score (id, points) values (1, 70), (2, 20);
insert into public.exam values (1, 70, 4), (2, 20, 2);
