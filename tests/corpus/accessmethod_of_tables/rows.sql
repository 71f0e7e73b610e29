insert into plain values (1, 'a'), (2, 'b');
insert into special values (1, 'x');
refresh materialized view m;
