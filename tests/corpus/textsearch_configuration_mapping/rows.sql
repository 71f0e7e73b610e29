insert into pages (id, body) values (1, 'the quick brown fox');
