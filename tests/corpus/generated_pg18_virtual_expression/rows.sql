insert into public.spot (id, lat, lon) values (1, 50.0, 8.5);
