insert into public.person values (1, 'sad', '{ok,happy}'), (2, default, default);
