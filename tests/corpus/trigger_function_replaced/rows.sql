insert into users values (1, 'ada');
insert into teams values (1, 'core');
