create table base (id integer primary key, v text);
create view face as select id, v from base;
create rule face_insert as on insert to face do instead insert into base values (new.id, new.v);
grant insert on face to public;
