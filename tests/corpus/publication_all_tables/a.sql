create table a (id integer primary key);
create table b (id integer primary key);
create publication everything for all tables;
create publication one_table for table a;
comment on publication everything is 'the lot';
