-- a procedure loses security definer and a setting, and the other gains them; owner and grants stand
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema ops;
grant usage on schema ops to nself_corpus_app;
create table ops.locks (name text primary key);
create procedure ops.grab(name text) language plpgsql set lock_timeout = '5s' as $$ begin insert into ops.locks values (name); end $$;
alter procedure ops.grab(text) owner to nself_corpus_owner;
revoke execute on procedure ops.grab(text) from public;
grant execute on procedure ops.grab(text) to nself_corpus_app;
create procedure ops.release(name text) language sql security definer set search_path = ops, pg_temp as $$ delete from ops.locks l where l.name = release.name $$;
