insert into public.score (id, points) values (1, 70), (2, 20);
