do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
create materialized view m as select id from t;
grant all on t to nself_corpus_admin;
grant maintain on m to nself_corpus_reader;
