insert into public.shelf values ('east', 1);
insert into public.volume values (1, 'east', 1), (2, null, null);
