create table docs (id integer primary key, body text not null, tag varchar(20) not null);
create materialized view doc_words with (fillfactor = 70, autovacuum_vacuum_threshold = 200) as select id, body, tag from docs;
alter materialized view doc_words alter column body set storage external;
alter materialized view doc_words alter column tag set statistics 500;
create unique index doc_words_id_key on doc_words (id) with (fillfactor = 80);
create index doc_words_tag_idx on doc_words (tag);
alter materialized view doc_words cluster on doc_words_tag_idx;
