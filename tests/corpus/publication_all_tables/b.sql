-- for all tables becomes a list and a list becomes all tables; new tables come too
create table a (id integer primary key);
create table b (id integer primary key);
create table c (id integer primary key);
create publication everything for table a, c;
create publication one_table for all tables with (publish = 'insert, delete');
comment on publication everything is 'no longer the lot';
