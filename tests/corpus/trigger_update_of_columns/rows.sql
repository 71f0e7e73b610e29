insert into profiles (id, email) values (1, 'a@example.org');
