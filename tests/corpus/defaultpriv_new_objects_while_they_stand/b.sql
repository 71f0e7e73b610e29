-- new tables, views and functions come while default privileges stand: some keep what they were given, some must not have it
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
create table app.old (id integer primary key);
alter default privileges in schema app grant select on tables to nself_corpus_reader;
alter default privileges revoke execute on functions from public;
alter default privileges in schema app grant execute on functions to nself_corpus_app;
create table app.first (id serial primary key);
create function app.f() returns integer language sql as 'select 1';
create table app.given (id serial primary key);
create table app.secret (id integer primary key);
revoke all on app.secret from nself_corpus_reader;
create view app.given_view as select id from app.secret;
create function app.open_to_all() returns integer language sql as 'select 1';
grant execute on function app.open_to_all() to public;
revoke execute on function app.open_to_all() from nself_corpus_app;
create function app.given_function(x integer) returns integer language sql as 'select x';
