insert into public.fare (id, net) values (1, 10);
