insert into seats values (1, 10), (2, 12);
