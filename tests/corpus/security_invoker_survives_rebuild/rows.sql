insert into notes values (1, 'ada', 'hello');
