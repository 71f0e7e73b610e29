-- a view and a function made before default privileges stood are rebuilt: they must not pick them up
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_writer; exception when duplicate_object or unique_violation then null; end $$;
create table base (id integer primary key, v text, w text);
create view shown as select id, w from base;
create function shown_count(top integer) returns bigint language sql stable as $$ select least(count(*), top) from shown $$;
grant select on shown to nself_corpus_writer;
alter default privileges grant select on tables to nself_corpus_reader;
alter default privileges grant execute on functions to nself_corpus_reader;
