create trusted language corpus_old handler plpgsql_call_handler validator plpgsql_validator;
create function old_one() returns integer language corpus_old as 'begin return 1; end';
create function moved(a integer) returns integer language corpus_old as 'begin return a + 1; end';
create table t (id integer primary key, n integer default moved(1));
create view v as select moved(id) as next from t;
