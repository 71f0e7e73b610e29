insert into discounts values (1, 20), (2, default);
