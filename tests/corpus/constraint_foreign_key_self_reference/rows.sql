insert into public.employee values (1, 'a', null, 'north'), (2, 'b', 1, 'north');
