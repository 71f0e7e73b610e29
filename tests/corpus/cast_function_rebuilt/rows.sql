insert into stars values (1, row(1, 2, 3));
