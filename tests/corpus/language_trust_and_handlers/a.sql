do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create trusted language corpus_trusted handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
create language corpus_plain handler plpgsql_call_handler;
create function f_trusted(a integer) returns integer language corpus_trusted as 'begin return a; end';
create function f_plain(a integer) returns integer language corpus_plain as 'begin return a; end';
create table t (id integer primary key default f_trusted(1));
comment on language corpus_trusted is 'ours';
grant usage on language corpus_trusted to nself_corpus_app;
