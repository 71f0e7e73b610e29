-- only the arguments given to trigger functions change, with quotes, backslashes and an empty one among them
create table a (id integer primary key, v text);
create table b (id integer primary key, v text);
create function audit() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger audit_a before insert on a for each row execute function audit('a', 'it''s', 'back\slash', '');
create trigger audit_b before insert on b for each row execute function audit('b');
