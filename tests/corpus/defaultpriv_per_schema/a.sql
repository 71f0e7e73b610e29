do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
create schema other;
alter default privileges in schema app grant select on tables to nself_corpus_reader;
alter default privileges in schema app grant usage on sequences to nself_corpus_reader;
alter default privileges for role nself_corpus_owner in schema app grant execute on functions to nself_corpus_reader;
alter default privileges for role nself_corpus_owner in schema other grant all on tables to nself_corpus_reader with grant option;
