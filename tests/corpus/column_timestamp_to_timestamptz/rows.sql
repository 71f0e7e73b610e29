insert into public.visit values (1, '2024-05-01 08:00', '2024-05-01 10:00');
