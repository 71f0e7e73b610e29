do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
revoke execute on function pg_catalog.pg_sleep(double precision) from public;
