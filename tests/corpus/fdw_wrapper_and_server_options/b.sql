-- options and version of wrapper and server change in place, with a foreign table and grants on them
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper corpus_wrapper options (debug 'false', trace 'on');
create server corpus_server type 'oracle' version '21' foreign data wrapper corpus_wrapper options (host 'db2', service 'x');
create server same_server foreign data wrapper corpus_wrapper options (host 'db9');
create foreign table remote_t (id integer not null, v text) server corpus_server options (table_name 't');
comment on server corpus_server is 'the old one';
grant usage on foreign server corpus_server to nself_corpus_app;
