insert into measures values (1, 20);
