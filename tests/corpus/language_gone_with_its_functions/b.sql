-- a language goes: one function goes with it, one is written in plpgsql now and stays under a default and a view
create function moved(a integer) returns integer language plpgsql as 'begin return a + 1; end';
create table t (id integer primary key, n integer default moved(1));
create view v as select moved(id) as next from t;
