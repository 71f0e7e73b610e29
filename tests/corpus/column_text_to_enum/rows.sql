insert into public.job values (1, 'queued'), (2, 'running'), (3, 'done');
