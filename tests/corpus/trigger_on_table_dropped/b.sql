-- a table goes with its triggers and the function only it used; the shared function stays
create table items (id integer primary key, name text);
create function shared() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger shared_items before insert on items for each row execute function shared();
