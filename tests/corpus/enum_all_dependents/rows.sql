insert into public.article (id, stage) values (1, 'draft'), (2, 'public');
