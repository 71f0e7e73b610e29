insert into public.letter values ('a', 'x'), ('l', 'y'), ('z', 'z');
