-- the configuration moves to another schema and is made of german: index and view name it in a constant
create schema search;
create text search configuration search.house (copy = german);
create table letters (id integer primary key, body text not null);
create index letters_idx on letters using gin (to_tsvector('search.house', body));
create function find_letters(q text) returns setof letters language sql stable as $$ select * from letters where to_tsvector('search.house', body) @@ plainto_tsquery('search.house', q) $$;
create view fox as select id from letters where to_tsvector('search.house', body) @@ to_tsquery('search.house', 'fox');
