insert into public.team values (1, 'red'), (2, 'blue');
insert into public.player values (1, 1, null), (2, 1, 1);
insert into public.match values (1, 2, '2024-06-01');
insert into public.goal values (1, 2, '2024-06-01', 12, 2);
