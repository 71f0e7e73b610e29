insert into orders (customer, amount) values ('ada', 900), ('ada', 250), ('bob', 12.50);
