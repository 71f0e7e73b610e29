-- a set-returning function returns one value now, and a scalar one a set
create table words (word text primary key);
create function some_words() returns text language sql stable as $$ select string_agg(word, ' ' order by word) from words $$;
create function a_word() returns setof text language sql stable rows 5 as $$ select word from words $$;
create view shouted as select upper(w) as word from some_words() w;
