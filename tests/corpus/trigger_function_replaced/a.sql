create schema audit;
create table audit.log (id bigint generated always as identity primary key, tbl text not null, op text not null);
create function audit.record() returns trigger language plpgsql as $$ begin insert into audit.log (tbl, op) values (tg_table_name, tg_op); return null; end $$;
create table users (id integer primary key, name text);
create table teams (id integer primary key, name text);
create trigger audit_users after insert or update on users for each row execute function audit.record();
create trigger audit_teams after insert or update on teams for each row execute function audit.record();
