create table carts (id integer primary key, state text not null default 'open', touched timestamptz);
create table carts_history (id integer not null, state text not null);
create function carts_history_write() returns trigger language plpgsql as $$ declare r carts_history; begin r.id := old.id; r.state := old.state; insert into carts_history values (r.*); return null; end $$;
create trigger keep_history after update on carts for each row when (old.state <> new.state) execute function carts_history_write();
