insert into public.event (kind, at) values
    ('start', '2019-05-01 10:00+00'),
    ('stop', '2021-05-01 10:00+00');
