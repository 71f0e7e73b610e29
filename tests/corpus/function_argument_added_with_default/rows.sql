insert into items values (1, 119), (2, 238);
