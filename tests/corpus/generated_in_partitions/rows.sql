insert into public.bill (id, region, net) values (1, 'north', 100), (2, 'south', 50);
