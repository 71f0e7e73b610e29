insert into weights values (1, 80), (2, 120.5);
refresh materialized view heavy;
