insert into issues values (1, 'new'), (2, 'closed');
