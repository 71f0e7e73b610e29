insert into prices values (1, row(99, 'EUR')), (2, row(101, 'EUR'));
