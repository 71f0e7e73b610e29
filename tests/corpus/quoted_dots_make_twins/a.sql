create schema a;
create schema "a.b";
create table a."b.c" (id integer primary key, x integer);
create table "a.b".c (id integer primary key, x integer);
create index "x.y" on a."b.c" (x);
create index y on "a.b".c (x);
create view a.v as select id from "a.b".c;
