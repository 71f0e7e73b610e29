create table docs (id integer primary key, body text not null, tag text not null);
create materialized view doc_words with (fillfactor = 70) as select id, body, tag from docs;
alter materialized view doc_words alter column body set storage external;
alter materialized view doc_words alter column tag set statistics 500;
alter materialized view doc_words alter column tag set (n_distinct = -0.5);
create materialized view doc_tags as select tag, count(*) as n from docs group by tag;
