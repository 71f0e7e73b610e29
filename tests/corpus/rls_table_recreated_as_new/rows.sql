insert into sessions values (1, 'postgres');
