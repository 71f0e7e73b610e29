insert into public.account values (1, 'a@example.org', null, 'us'), (2, 'b@example.org', '2024-01-01 00:00+00', 'us');
