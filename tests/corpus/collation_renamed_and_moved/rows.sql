insert into words values ('b', 'x'), ('A', null);
