insert into releases values (1, row(1, 10), '((0,0),(1,1),(1,0))'), (2, row(1, 9), null);
