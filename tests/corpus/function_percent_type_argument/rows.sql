insert into orders values (1, 12.5);
