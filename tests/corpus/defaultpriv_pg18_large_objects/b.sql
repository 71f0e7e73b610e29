-- default privileges on large objects, new in PostgreSQL 18: another right, another creator
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
alter default privileges for role nself_corpus_owner grant select, update on large objects to nself_corpus_reader;
alter default privileges grant select on large objects to public;
