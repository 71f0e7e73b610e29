create text search configuration house (copy = english);
create table letters (id integer primary key, body text not null);
create index letters_idx on letters using gin (to_tsvector('house', body));
create function find_letters(q text) returns setof letters language sql stable as $$ select * from letters where to_tsvector('house', body) @@ plainto_tsquery('house', q) $$;
create view fox as select id from letters where to_tsvector('house', body) @@ to_tsquery('house', 'fox');
