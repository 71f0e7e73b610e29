insert into public.item values (1, 200, 3, 4);
refresh materialized view public.dear;
