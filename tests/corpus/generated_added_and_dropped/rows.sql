insert into public.product (id, name, net) values (1, 'tea pot', 10), (2, 'cup', 3.50);
