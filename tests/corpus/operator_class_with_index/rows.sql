insert into lines values (1, 'hello'), (2, 'hi');
