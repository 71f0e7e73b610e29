-- the schema public is closed to everyone and opened to one role
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
revoke all on schema public from public;
grant usage on schema public to nself_corpus_app;
