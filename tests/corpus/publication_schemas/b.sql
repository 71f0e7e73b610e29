-- publications by schema: another schema here, a schema and a table there
create schema live;
create schema test;
create table live.t (id integer primary key);
create table test.t (id integer primary key);
create table loose (id integer primary key);
create publication by_schema for tables in schema test;
create publication mixed for tables in schema live, table loose;
