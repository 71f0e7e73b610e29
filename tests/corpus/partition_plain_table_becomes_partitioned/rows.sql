insert into public.metric (at, value) values ('2023-01-01 00:00+00', 1), ('2024-06-01 00:00+00', 2);
