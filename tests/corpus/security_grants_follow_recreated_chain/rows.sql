insert into salaries values (1, 'ada', 500000);
