create schema "größe";
create table "größe"."Straße" ("наме" text primary key, "数量" integer default 0, "emoji 🎈" boolean);
create view "größe"."вид" as select "наме" from "größe"."Straße" where "emoji 🎈";
create type "größe"."État" as enum ('début', 'fin');
comment on table "größe"."Straße" is 'ß, 数, 🎈';
