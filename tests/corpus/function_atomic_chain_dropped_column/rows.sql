insert into staff values (1, 'Ada', 5), (2, 'Bob', null);
