insert into public.measure values (1, '2023-05-01', 1.5), (2, '2023-06-01', 2.5);
