insert into names values (1, 'Ada', 'a'), (2, 'bob', 'B');
