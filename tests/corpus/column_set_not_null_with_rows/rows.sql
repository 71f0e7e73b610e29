insert into public.account (id, email) values (1, 'a@example.org'), (2, 'b@example.org');
