insert into public.bet values (1, 5, 10, 'x'), (2, 150, 20, 'y');
