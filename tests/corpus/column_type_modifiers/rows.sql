insert into public.typmod values
    (1, 'abc', 'abc', 'abc', 'abc', 'abcd', 1.25, 0.5, '2024-01-01 10:00:00.123', '10:00', b'1010', b'101', '1 day 02:03:04', array['x', 'y'], 'z');
