create table t (id integer primary key);
create table t_log (id integer);
create rule r_1 as on insert to t do also insert into t_log values (new.id);
create rule r_2 as on update to t do also insert into t_log values (new.id);
create rule r_3 as on delete to t do also insert into t_log values (old.id);
alter table t disable rule r_2;
alter table t enable always rule r_3;
