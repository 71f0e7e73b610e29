insert into notes (id, title) values (1, 'Straße');
