do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper corpus_wrapper options (debug 'true', "Odd Option" 'it''s');
create server corpus_server type 'oracle' version '19' foreign data wrapper corpus_wrapper options (host 'db1', port '1521');
create server same_server foreign data wrapper corpus_wrapper options (host 'db9');
create foreign table remote_t (id integer not null, v text) server corpus_server options (table_name 't');
comment on server corpus_server is 'the old one';
grant usage on foreign server corpus_server to nself_corpus_app;
