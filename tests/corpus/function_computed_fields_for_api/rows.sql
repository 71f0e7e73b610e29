insert into articles (id, author_id, title) values (1, 1, 'Hello');
