insert into volumes values (1, 0), (2, 11);
