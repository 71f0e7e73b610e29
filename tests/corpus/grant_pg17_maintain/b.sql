-- the right maintain of PostgreSQL 17 is given on a table and taken on a materialized view
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
create materialized view m as select id from t;
grant select, insert, update, delete, truncate, references, trigger on t to nself_corpus_admin;
grant maintain on t to nself_corpus_reader with grant option;
