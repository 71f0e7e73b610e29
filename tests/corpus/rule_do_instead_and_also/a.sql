create table measures (id integer primary key, v integer not null);
create table measures_log (id integer not null, v integer, what text not null);
create rule measures_log_insert as on insert to measures do also insert into measures_log values (new.id, new.v, 'insert');
create rule measures_no_delete as on delete to measures do instead nothing;
create rule measures_update as on update to measures where new.v < 0 do instead insert into measures_log values (old.id, new.v, 'refused');
comment on rule measures_no_delete on measures is 'kept for ever';
