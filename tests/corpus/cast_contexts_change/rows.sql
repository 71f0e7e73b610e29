insert into readings values (1, row(20)), (2, row(-40));
