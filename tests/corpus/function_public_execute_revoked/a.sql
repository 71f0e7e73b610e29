do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table secrets (name text primary key, value text not null);
create function secret(which text) returns text language sql stable security definer set search_path = public as $$ select value from secrets where name = which $$;
revoke execute on function secret(text) from public;
grant execute on function secret(text) to nself_corpus_app;
create function open_one() returns integer language sql as 'select 1';
create function closed_one() returns integer language sql as 'select 1';
revoke execute on function closed_one() from public;
