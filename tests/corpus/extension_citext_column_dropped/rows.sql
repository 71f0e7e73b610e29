insert into public.member (id, email, nick) values (1, 'Ann@example.org', 'ann'), (2, 'bob@example.org', default);
