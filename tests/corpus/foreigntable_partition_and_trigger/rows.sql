insert into logs values ('2025-06-01', 'hello');
