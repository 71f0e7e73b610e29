insert into public.beta values (1, null, 'b');
insert into public.alpha values (1, 1, 'a');
