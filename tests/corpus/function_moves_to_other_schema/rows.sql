insert into app.users values (1, 'ada@example.org');
