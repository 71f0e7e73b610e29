select book(1, 250);
select book(1, -50);
