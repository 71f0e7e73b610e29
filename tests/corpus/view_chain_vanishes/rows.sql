insert into raw values (1, 'a');
