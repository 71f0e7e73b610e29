insert into orders values (1, 'open', 10, null), (2, 'paid', 2000.50, null);
