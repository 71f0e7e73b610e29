insert into public.line values (1, 'info', 'a'), (2, 'error', 'b');
insert into public.filter values (1, '{warning,error}');
