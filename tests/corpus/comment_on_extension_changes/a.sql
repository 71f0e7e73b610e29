create extension hstore;
create table t (id integer primary key, h hstore);
