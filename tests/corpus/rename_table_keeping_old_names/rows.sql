insert into public.person (name) values ('a');
