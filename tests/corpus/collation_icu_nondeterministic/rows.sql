insert into users values (1, 'Ada', 'Köln'), (2, 'Bob', 'koeln');
