insert into public.tenant values (1);
insert into public.project values (1, 1, 'house');
insert into public.task values (1, 1, 1), (2, 1, 1);
