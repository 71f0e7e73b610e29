insert into public.small (a) values ('x'), ('y');
insert into public.plain values (1, 'x');
