insert into steps values (1, 5);
