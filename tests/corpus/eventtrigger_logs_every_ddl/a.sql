create schema audit;
create table audit.ddl_log (id bigint generated always as identity primary key, tag text not null);
create function audit.log_ddl() returns event_trigger language plpgsql as $$ begin insert into audit.ddl_log (tag) values (tg_tag); end $$;
create event trigger log_ddl on ddl_command_end execute function audit.log_ddl();
create table accounts (id integer primary key, name text not null);
create view account_names as select name from accounts;
