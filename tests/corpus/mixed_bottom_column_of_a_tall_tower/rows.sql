insert into public.raw values (1, 100, '2024-01-01'), (2, 250, '2024-01-02');
refresh materialized view public.level_3;
