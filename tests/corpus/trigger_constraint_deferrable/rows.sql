insert into bookings values (1);
insert into entries values (1, 1, -10), (2, 1, 10);
