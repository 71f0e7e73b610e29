insert into rooms values (1, 0, 'hall', null), (2, 6, 'attic', 2);
