insert into documents values (1, 'ada', 2);
