insert into public.cat values (1, 'tom', 8);
insert into public.dog values (2, 'rex', true);
