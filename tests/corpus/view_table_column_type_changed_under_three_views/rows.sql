insert into invoices values (1, 100, false), (2, 50.5, true);
insert into payments values (1, 40), (2, 50.5);
