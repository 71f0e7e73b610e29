create table old_items (id integer primary key, name text);
create table items (id integer primary key, name text);
create function shared() returns trigger language plpgsql as $$ begin return new; end $$;
create function old_only() returns trigger language plpgsql as $$ begin insert into items values (new.id, new.name); return new; end $$;
create trigger shared_old before insert on old_items for each row execute function shared();
create trigger copy_old after insert on old_items for each row execute function old_only();
create trigger shared_items before insert on items for each row execute function shared();
