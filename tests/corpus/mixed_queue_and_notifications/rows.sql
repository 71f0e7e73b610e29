insert into public.job (kind, payload) values ('mail', '{"to": "a"}'), ('mail', '{"to": "b"}');
