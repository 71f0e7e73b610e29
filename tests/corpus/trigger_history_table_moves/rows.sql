insert into carts (id) values (1);
