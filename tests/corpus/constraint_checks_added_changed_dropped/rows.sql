insert into public.reservation values (1, 2, '2024-01-01', '2024-01-05', 'ABC');
