insert into teams values (1, 'open');
insert into members values (1, 'ada');
