insert into tickets (title) values ('first'), ('second');
