insert into boxes (id, w, h) values (1, 20, 30);
