insert into public.holder (id) values (1), (2);
