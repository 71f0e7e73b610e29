insert into articles (id, title) values (1, 'First Post');
