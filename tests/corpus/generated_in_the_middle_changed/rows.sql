insert into public.circle (id, radius, colour) values (1, 7, 'red');
