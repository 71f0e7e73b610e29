create schema "table";
create table "table"."select" ("from" integer primary key, "where" text not null, "order" integer, "default" text default 'default');
create table "table"."user" ("primary" integer constraint "constraint" primary key, "references" integer constraint "foreign" references "table"."select");
create index "index" on "table"."select" ("order");
create view "table"."view" as select "from" as "as", "where" from "table"."select" where "order" > 0;
