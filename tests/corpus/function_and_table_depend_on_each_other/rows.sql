insert into owners values (1, 'ada');
