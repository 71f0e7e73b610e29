-- a recreated function must not fall back to execute for everyone; of two others one closes, one opens
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table secrets (name text primary key, value text not null);
create function secret(which text) returns varchar(100) language sql stable security definer set search_path = public as $$ select value::varchar(100) from secrets where name = which $$;
revoke execute on function secret(text) from public;
grant execute on function secret(text) to nself_corpus_app;
create function open_one() returns integer language sql as 'select 1';
revoke execute on function open_one() from public;
create function closed_one() returns integer language sql as 'select 1';
