-- instead-of triggers on a view: one more event here, one more trigger there, a statement trigger gone
create table base (id integer primary key, v text);
create view face as select id, v from base;
create function face_write() returns trigger language plpgsql as $$ begin insert into base values (new.id, new.v); return new; end $$;
create function face_erase() returns trigger language plpgsql as $$ begin delete from base where id = old.id; return old; end $$;
create trigger face_insert instead of insert or update on face for each row execute function face_write();
create trigger face_delete instead of delete on face for each row execute function face_erase();
