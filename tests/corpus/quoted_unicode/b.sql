-- Names beyond ASCII, composed and decomposed, with columns, labels, index and comment that change.
create schema "größe";
create type "größe"."État" as enum ('début', 'été', 'fin');
create table "größe"."Straße" ("наме" text primary key, "数量" bigint not null default 1, "emoji 🎈" boolean, "état" "größe"."État");
create view "größe"."вид" as select "наме", "数量" from "größe"."Straße" where "emoji 🎈";
create index "индекс ß" on "größe"."Straße" ("数量") where "emoji 🎈";
comment on table "größe"."Straße" is 'ß, 数, 🎈 — “à”';
create table "größe"."é" ("é" integer, "é" integer);
