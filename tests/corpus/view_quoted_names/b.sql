-- a view with names that all need quotes loses a column; the one above it follows
create schema "Mixed Case";
create table "Mixed Case"."Order" ("Id" integer primary key, "user" text not null, "total, net" numeric, "a.b" text);
create view "Mixed Case"."select" as
    select "Id", "user" as "group by", "a.b" from "Mixed Case"."Order";
comment on column "Mixed Case"."select"."group by" is 'it''s the user';
create view "Mixed Case"."v1.x" as select "group by", "a.b" from "Mixed Case"."select";
