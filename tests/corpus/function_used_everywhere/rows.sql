insert into articles (id, title, url) values (1, 'First Post', 'first'), (2, 'Second', null);
