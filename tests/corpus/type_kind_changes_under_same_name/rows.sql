insert into public.user_of_kinds values (1, 'a', 'b');
