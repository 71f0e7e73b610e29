insert into public.log values ('error', 'a'), ('info', 'b');
insert into public.audit values ('2024-05-01', 'x');
