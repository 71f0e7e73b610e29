insert into messages values (1, 'hi', 'ada', 'bob', false);
