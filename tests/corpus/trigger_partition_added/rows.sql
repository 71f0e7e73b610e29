insert into chat values (1, 'hello');
