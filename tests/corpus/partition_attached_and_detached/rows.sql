insert into public.reading values (1, '2022-05-05', 1);
insert into public.reading_2023 values (1, '2023-05-05', 2);
