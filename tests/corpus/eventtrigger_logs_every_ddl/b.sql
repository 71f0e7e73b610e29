-- the log that an event trigger writes on every command gets a column, which its function fills: mind the order, both ways
create schema audit;
create table audit.ddl_log (id bigint generated always as identity primary key, tag text not null, by_role text);
create function audit.log_ddl() returns event_trigger language plpgsql as $$ begin insert into audit.ddl_log (tag, by_role) values (tg_tag, current_user); end $$;
create event trigger log_ddl on ddl_command_end execute function audit.log_ddl();
create table accounts (id integer primary key, name text not null, email text);
create view account_names as select name from accounts;
