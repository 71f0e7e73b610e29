insert into prices values (1, 100, 'a');
insert into price_history values (1, 90);
