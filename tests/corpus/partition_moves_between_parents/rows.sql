insert into public.tick values (1, '2021-05-05'), (2, '2022-05-05');
