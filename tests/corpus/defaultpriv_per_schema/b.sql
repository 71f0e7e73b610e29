-- default privileges of two schemas and two creators change: more, fewer, gone, without the grant option
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
create schema other;
alter default privileges in schema app grant select, insert on tables to nself_corpus_reader;
alter default privileges for role nself_corpus_owner in schema app grant usage on types to nself_corpus_reader;
alter default privileges for role nself_corpus_owner in schema other grant select on tables to nself_corpus_reader;
alter default privileges in schema other grant select on tables to public;
