insert into public.box (id, width, height) values (1, 3, 4), (2, 40, 30);
