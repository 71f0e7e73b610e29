-- usage on a language, a foreign data wrapper and servers changes
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create trusted language corpus_pl handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
create language corpus_untrusted handler plpgsql_call_handler;
create foreign data wrapper corpus_wrapper;
create server corpus_server foreign data wrapper corpus_wrapper;
create server other_server foreign data wrapper corpus_wrapper;
grant usage on language corpus_pl to nself_corpus_app with grant option;
grant usage on foreign server corpus_server to nself_corpus_app;
grant usage on foreign server other_server to public;
