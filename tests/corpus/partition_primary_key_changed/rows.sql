insert into public.entry values (1, 1, '2024-02-02', 'a');
insert into public.attachment values (1, 1, '2024-02-02', 1);
