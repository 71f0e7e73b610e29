do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
alter default privileges for role nself_corpus_owner revoke execute on functions from public;
alter default privileges for role nself_corpus_owner grant execute on functions to nself_corpus_app;
alter default privileges for role nself_corpus_owner grant usage on schemas to nself_corpus_app;
create function app.f() returns integer language sql as 'select 1';
alter function app.f() owner to nself_corpus_owner;
