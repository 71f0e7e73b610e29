-- a language is trusted no more, two others get an inline handler and a validator, with functions written in them
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create function corpus_call() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function corpus_inline(internal) returns void language c strict as '$libdir/plpgsql', 'plpgsql_inline_handler';
create function corpus_validate(oid) returns void language c strict as '$libdir/plpgsql', 'plpgsql_validator';
create language corpus_trusted handler corpus_call inline corpus_inline validator corpus_validate;
create language corpus_plain handler corpus_call inline corpus_inline validator corpus_validate;
create language corpus_builtin handler plpgsql_call_handler validator plpgsql_validator;
create function f_trusted(a integer) returns integer language corpus_trusted as 'begin return a; end';
create function f_plain(a integer) returns integer language corpus_plain as 'begin return a; end';
create table t (id integer primary key default f_trusted(1));
comment on language corpus_trusted is 'ours';
