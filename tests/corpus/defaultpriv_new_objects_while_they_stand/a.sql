do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
create table app.old (id integer primary key);
alter default privileges in schema app grant select on tables to nself_corpus_reader;
alter default privileges revoke execute on functions from public;
alter default privileges in schema app grant execute on functions to nself_corpus_app;
create table app.first (id serial primary key);
create function app.f() returns integer language sql as 'select 1';
