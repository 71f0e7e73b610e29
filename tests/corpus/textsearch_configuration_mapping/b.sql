-- the mappings of a configuration change in place; the generated column and index that use it stand
create text search dictionary plain_words (template = simple);
create text search configuration docs (copy = simple);
alter text search configuration docs alter mapping for asciiword with simple;
alter text search configuration docs alter mapping for numword with plain_words, simple;
alter text search configuration docs drop mapping for email;
create text search configuration docs_same (copy = english);
comment on text search configuration docs is 'for all documents';
create table pages (id integer primary key, body text not null, tsv tsvector generated always as (to_tsvector('docs', body)) stored);
create index pages_body_idx on pages using gin (to_tsvector('docs', body));
