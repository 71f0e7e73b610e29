insert into public.orders values (1, '2024-01-01'), (2, '2024-01-02');
insert into public.line values (1, 1), (1, 2), (2, 1);
