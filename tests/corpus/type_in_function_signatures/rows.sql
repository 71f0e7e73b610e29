insert into public.thing values (1, 'a'), (2, 'b');
