-- a server's type and wrapper cannot be altered: mappings, foreign table, view and grants come back on the new server
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper first_wrapper;
create foreign data wrapper second_wrapper;
create server corpus_server type 'b' foreign data wrapper second_wrapper options (host 'x');
create user mapping for public server corpus_server options (login 'everyone');
create user mapping for nself_corpus_app server corpus_server options (login 'app', password 'secret');
create foreign table remote_t (id integer, v text options (remote_name 'V')) server corpus_server;
create view local_v as select v from remote_t;
grant select on remote_t, local_v to nself_corpus_app;
grant usage on foreign server corpus_server to nself_corpus_app;
