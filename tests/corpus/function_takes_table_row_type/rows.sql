insert into persons values (1, 'Ada', 'Lovelace', 'London');
