insert into moves values (1, 'x', 5), (2, 'x', -2);
