insert into public.joins values (1, '2024-01-01', 'a');
insert into public.leaves values (2, '2024-01-01', 'b');
