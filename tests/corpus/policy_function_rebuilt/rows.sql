insert into tickets values (1, 7, 'help');
insert into replies values (1, 1, 7);
