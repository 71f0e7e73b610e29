do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper corpus_wrapper;
create server corpus_server foreign data wrapper corpus_wrapper;
create server other_server foreign data wrapper corpus_wrapper;
create user mapping for nself_corpus_app server corpus_server options (login 'app', password 'it''s "secret"');
create user mapping for public server corpus_server;
create user mapping for nself_corpus_reader server other_server options (login 'reader');
