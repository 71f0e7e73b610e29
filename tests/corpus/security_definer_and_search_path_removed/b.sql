-- one function loses security definer, one its search_path, one both; the body of none changes
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table keys (name text primary key, value text not null);
create function read_key(which text) returns text language sql stable set search_path = public, pg_temp as $$ select value from keys where name = which $$;
create function write_key(which text, v text) returns void language plpgsql security definer set statement_timeout = '5s' as $$ begin insert into keys values (which, v); end $$;
create function drop_key(which text) returns void language sql as $$ delete from keys where name = which $$;
revoke execute on function read_key(text), write_key(text, text), drop_key(text) from public;
grant execute on function read_key(text), write_key(text, text) to nself_corpus_app;
create view key_names as select name, read_key(name) as value from keys;
