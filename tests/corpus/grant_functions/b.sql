-- execute on functions, a procedure and an aggregate: the default for everyone is revoked here and restored there
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_admin; exception when duplicate_object or unique_violation then null; end $$;
create function free() returns integer language sql as 'select 1';
create function shut() returns integer language sql as 'select 1';
create function part(a integer, b text default 'x') returns integer language sql as 'select 1';
create procedure job() language sql as 'select 1';
create aggregate my_sum(integer) (sfunc = int4pl, stype = integer);
revoke execute on function free() from public;
grant execute on function free() to nself_corpus_app;
grant execute on function part(integer, text) to nself_corpus_app;
revoke execute on procedure job() from public;
grant execute on procedure job() to nself_corpus_admin, nself_corpus_app;
grant execute on function my_sum(integer) to nself_corpus_app;
