insert into public.member (id, name) values (1, 'ann'), (2, 'Bob');
