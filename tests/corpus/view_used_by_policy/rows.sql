insert into members values (1, 'ada', 2), (2, 'bob', 1);
insert into documents values (1, 1, 'hello');
