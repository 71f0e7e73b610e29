insert into public.category values (1, 'top'), (2, 'top.science');
