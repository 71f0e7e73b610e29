insert into public.room values (1), (2);
insert into public.booking values
    (1, 1, '[2024-01-01,2024-01-03)'),
    (2, 1, '[2024-01-03,2024-01-04)'),
    (3, 2, '[2024-01-01,2024-01-09)');
