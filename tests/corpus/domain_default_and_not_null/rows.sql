insert into public.entry values (1, 2, 'x', null);
