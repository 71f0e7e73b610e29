insert into public.ticket values (1, 'a1', 3), (2, 'a2', 4);
insert into public.scan values (1, '2024-01-01 00:00+00');
