insert into public.issue values (1, 'new', null), (2, 'open', '{new}');
