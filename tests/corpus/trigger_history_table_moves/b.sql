-- the history table a trigger function writes moves to a schema of its own and the function with it
create schema history;
create table carts (id integer primary key, state text not null default 'open', touched timestamptz);
create table history.carts (id integer not null, state text not null, at timestamptz not null default now());
create function history.carts_write() returns trigger language plpgsql as $$ declare r history.carts; begin r.id := old.id; r.state := old.state; r.at := now(); insert into history.carts values (r.*); return null; end $$;
create trigger keep_history after update on carts for each row when (old.state <> new.state) execute function history.carts_write();
