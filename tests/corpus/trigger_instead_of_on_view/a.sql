create table base (id integer primary key, v text);
create view face as select id, v from base;
create function face_write() returns trigger language plpgsql as $$ begin insert into base values (new.id, new.v); return new; end $$;
create function face_erase() returns trigger language plpgsql as $$ begin delete from base where id = old.id; return old; end $$;
create trigger face_insert instead of insert on face for each row execute function face_write();
create trigger face_any before insert on face for each statement execute function face_write();
