-- storage options, column storage and statistics targets of materialized views change, their queries do not
create table docs (id integer primary key, body text not null, tag text not null);
create materialized view doc_words with (fillfactor = 90, autovacuum_enabled = false) as select id, body, tag from docs;
alter materialized view doc_words alter column body set storage main;
alter materialized view doc_words alter column id set statistics 100;
create materialized view doc_tags with (fillfactor = 50) as select tag, count(*) as n from docs group by tag;
alter materialized view doc_tags alter column n set statistics 0;
