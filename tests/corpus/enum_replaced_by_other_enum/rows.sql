insert into public.thing values (1, 'a', '{a,b}'), (2, 'c', '{}');
