insert into logs values (1, 3, 'hello');
