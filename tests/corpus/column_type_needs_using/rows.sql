insert into public.import values
    (1, '17', '2024-02-29 12:00+00', '00000000-0000-0000-0000-000000000001', '{"a": [1, null]}', 'yes', 3),
    (2, '-4', null, null, null, 'no', null);
