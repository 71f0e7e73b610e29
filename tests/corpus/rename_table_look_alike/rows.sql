insert into public.user_account (email) values ('a@example.org'), ('b@example.org');
insert into public.login (user_id, at) values (1, '2024-01-01 00:00+00');
