-- options of user mappings change, one mapping goes, one comes
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper corpus_wrapper;
create server corpus_server foreign data wrapper corpus_wrapper;
create server other_server foreign data wrapper corpus_wrapper;
create user mapping for nself_corpus_app server corpus_server options (password 'new', sslmode 'require');
create user mapping for nself_corpus_reader server corpus_server options (login 'reader');
create user mapping for nself_corpus_reader server other_server options (login 'reader');
