-- column rights move from one column to another, on a table and on a view; a table-wide right becomes one by column
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_writer; exception when duplicate_object or unique_violation then null; end $$;
create table people (id integer primary key, name text, email text, salary numeric, note text);
create view public_people as select id, name, email from people;
grant select (id, email), update (name, note) on people to nself_corpus_reader;
grant select (id, name, email, note) on people to nself_corpus_writer;
grant insert (id, name, email), references (id) on people to nself_corpus_writer;
grant select (id, name) on public_people to public;
grant select (email) on public_people to nself_corpus_reader;
