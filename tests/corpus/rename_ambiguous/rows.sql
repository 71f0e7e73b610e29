insert into public.first_name values (1, 'Ada');
insert into public.last_name values (1, 'Byron');
