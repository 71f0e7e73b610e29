insert into public."Person" values (1, 'Ada', 'Byron');
insert into public."Pet" values (1, 1);
