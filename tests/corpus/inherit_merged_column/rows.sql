insert into public.leaf values (1, 'a', 'n');
insert into public.twig values (2, 'b', 'm');
