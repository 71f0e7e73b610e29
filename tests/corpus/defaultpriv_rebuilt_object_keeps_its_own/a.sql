do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_writer; exception when duplicate_object or unique_violation then null; end $$;
create table base (id integer primary key, v text, w text);
create view shown as select id, v, w from base;
create function shown_count(lim integer) returns bigint language sql stable as $$ select least(count(*), lim) from shown $$;
grant select on shown to nself_corpus_writer;
alter default privileges grant select on tables to nself_corpus_reader;
alter default privileges grant execute on functions to nself_corpus_reader;
