insert into private.accounts values (1, 7, 'main', 12.50);
