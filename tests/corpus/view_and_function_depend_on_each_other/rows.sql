insert into edges values (1, 2), (2, 3);
