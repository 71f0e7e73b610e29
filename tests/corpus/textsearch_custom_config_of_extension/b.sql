-- a dictionary that an extension brought leaves a configuration's mapping, the index on it stays
create extension unaccent;
create text search configuration plain_french (copy = french);
alter text search configuration plain_french alter mapping for word with french_stem;
alter text search configuration plain_french alter mapping for hword, hword_part with unaccent, simple;
create table recipes (id integer primary key, body text not null);
create index recipes_idx on recipes using gin (to_tsvector('plain_french', body));
