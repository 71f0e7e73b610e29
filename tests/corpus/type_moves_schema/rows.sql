insert into public.thing values (1, 'on', 'x', ('off', 'y'));
