insert into public.person (id, first, last) values (1, 'Ada', 'Byron'), (2, 'Carl', 'Gauss');
