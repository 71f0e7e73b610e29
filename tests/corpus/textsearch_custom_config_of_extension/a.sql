create extension unaccent;
create text search configuration plain_french (copy = french);
alter text search configuration plain_french alter mapping for hword, hword_part, word with unaccent, french_stem;
create table recipes (id integer primary key, body text not null);
create index recipes_idx on recipes using gin (to_tsvector('plain_french', body));
