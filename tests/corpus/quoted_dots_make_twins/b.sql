-- Two tables that read alike when names are joined without quotes; only one of them changes.
create schema a;
create schema "a.b";
create table a."b.c" (id integer primary key, x bigint, "id.x" text);
create table "a.b".c (id integer primary key, x integer);
create index "x.y" on a."b.c" (x desc);
create index y on "a.b".c (x);
create view a.v as select id from "a.b".c;
comment on column a."b.c"."id.x" is 'a.b.c.id.x';
