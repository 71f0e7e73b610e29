-- Reserved words as names: the columns of these tables change in type, default and nullability.
create schema "table";
create table "table"."select" ("from" bigint primary key, "where" text, "order" integer not null default 1, "default" text default 'null', "check" boolean check ("check" is not false));
create table "table"."user" ("primary" integer constraint "constraint" primary key, "references" bigint constraint "foreign" references "table"."select" on delete set null);
create index "index" on "table"."select" ("order" desc, "where");
create view "table"."view" as select "from" as "as", "where", "check" as "group" from "table"."select" where "order" > 0;
create trigger "trigger" before update of "where" on "table"."select" for each row execute function suppress_redundant_updates_trigger();
