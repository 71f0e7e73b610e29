-- rules change: also becomes instead, a condition changes, one is gone and one is new with two commands
create table measures (id integer primary key, v integer not null);
create table measures_log (id integer not null, v integer, what text not null);
create rule measures_log_insert as on insert to measures where new.v is null do instead insert into measures_log values (new.id, new.v, 'null');
create rule measures_update as on update to measures where new.v < -10 do instead insert into measures_log values (old.id, new.v, 'refused');
create rule measures_gone as on delete to measures do also (
    delete from measures_log where id = old.id;
    insert into measures_log values (old.id, old.v, 'delete');
);
comment on rule measures_update on measures is 'cold ones';
