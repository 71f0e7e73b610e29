insert into public.session (token) values ('one'), ('two');
insert into public.session_event values (1, '2024-01-01 00:00+00');
