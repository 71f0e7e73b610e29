insert into readings values (1, 5, 'roof'), (2, 500, null);
