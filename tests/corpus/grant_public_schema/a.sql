do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
grant create on schema public to nself_corpus_app;
