insert into people values (1, 36, 170, 'London');
