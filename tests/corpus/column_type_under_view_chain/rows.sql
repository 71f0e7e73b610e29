insert into public.payment values (1, 1999, '2024-01-31'), (2, 5, '2024-02-01');
refresh materialized view public.payment_month;
