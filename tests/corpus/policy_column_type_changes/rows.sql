insert into tenants values (1, 'acme');
insert into invoices values (1, 1, 10.5);
insert into lines values (1, 'one');
