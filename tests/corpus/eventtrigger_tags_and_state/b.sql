-- tags change, enabled states go round, one event trigger calls another function, one is gone
create schema guard;
create function guard.on_end() returns event_trigger language plpgsql as $$ begin raise debug 'done: %', tg_tag; end $$;
create function guard.on_drop() returns event_trigger language plpgsql as $$ begin raise debug 'dropped'; end $$;
create event trigger guard_tables on ddl_command_end when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') execute function guard.on_end();
create event trigger guard_drops on sql_drop execute function guard.on_end();
create event trigger guard_start on ddl_command_start when tag in ('CREATE EXTENSION') execute function guard.on_end();
comment on event trigger guard_tables is 'tables only';
alter event trigger guard_drops enable replica;
create table things (id integer primary key);
