-- hardening: functions of the server itself are closed to everyone and opened to one role
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
create table t (id integer primary key);
grant execute on function pg_catalog.pg_sleep(double precision) to nself_corpus_admin;
revoke execute on function pg_catalog.lo_create(oid) from public;
grant execute on function pg_catalog.pg_ls_dir(text) to nself_corpus_admin;
