insert into parcels values (1, 250, 'ada', 'bob');
