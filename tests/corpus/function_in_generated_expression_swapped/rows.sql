insert into pages (id, title) values (1, 'Hello World'), (2, 'Bye');
