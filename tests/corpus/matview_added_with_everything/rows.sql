insert into samples values (1, 'a', 1.5), (2, 'a', 2);
