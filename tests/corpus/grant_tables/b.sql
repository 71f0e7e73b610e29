-- rights on tables and a view: some taken, some given, a grant option taken without the right
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_writer; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
create table open_data (id integer primary key, v text);
create table closed_data (id integer primary key, v text);
create table same_data (id integer primary key, v text);
create view seen as select id from open_data;
grant select on open_data to nself_corpus_reader with grant option;
grant insert, truncate on closed_data to nself_corpus_writer;
grant all on closed_data to nself_corpus_admin;
grant select, references, trigger on same_data to nself_corpus_reader, nself_corpus_writer;
grant select, update on seen to public;
