-- the writer may no longer delete, the reader not see c, the admin is gone, and a new table has its own rights
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_writer; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
create table app.a (id integer primary key, v text);
create table app.b (id integer primary key, v text);
create table app.c (id integer primary key, v text);
create table app.d (id serial primary key, v text);
create table app.e (id serial primary key, v text);
create view app.v as select a.id, b.v from app.a join app.b using (id);
create function app.f() returns integer language sql as 'select 1';
grant usage on schema app to nself_corpus_reader, nself_corpus_writer;
grant select on app.a, app.b, app.d, app.v to nself_corpus_reader;
grant select, insert, update on all tables in schema app to nself_corpus_writer;
grant usage, select on all sequences in schema app to nself_corpus_writer;
revoke execute on all functions in schema app from public;
grant execute on all functions in schema app to nself_corpus_writer;
