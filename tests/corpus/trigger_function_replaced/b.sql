-- the triggers keep their names and call a new function in another schema; the old one is gone
create schema audit;
create table audit.log (id bigint generated always as identity primary key, tbl text not null, op text not null);
create function public.write_audit() returns trigger language plpgsql security definer as $$ begin insert into audit.log (tbl, op) values (tg_table_name, lower(tg_op)); return null; end $$;
create table users (id integer primary key, name text);
create table teams (id integer primary key, name text);
create trigger audit_users after insert or update on users for each row execute function public.write_audit();
create trigger audit_teams after insert or update on teams for each row execute function public.write_audit();
