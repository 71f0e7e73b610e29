create table words (word text primary key);
create function some_words() returns setof text language sql stable rows 50 as $$ select word from words $$;
create function a_word() returns text language sql stable as $$ select word from words limit 1 $$;
create view shouted as select upper(w) as word from some_words() w;
