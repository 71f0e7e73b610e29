create schema "My App";
create type "My App"."Kind Of" as enum ('One', 'Two');
create domain "My App"."Good Text" as text constraint "Not ""Empty""" check (value <> '');
create sequence "My App"."Counter.1";
create table "My App"."Main Table" (
    "Id" bigint default nextval('"My App"."Counter.1"') constraint "Main PK" primary key,
    "Kind" "My App"."Kind Of" not null default 'One',
    "a.b" "My App"."Good Text",
    "say ""hi""" integer constraint "Check it" check ("say ""hi""" > 0)
);
alter sequence "My App"."Counter.1" owned by "My App"."Main Table"."Id";
create index "Index on a.b" on "My App"."Main Table" ("a.b", lower("a.b"));
create view "My App"."The View" as select "Id", "Kind" as "The Kind" from "My App"."Main Table" where "say ""hi""" > 1;
create function "My App"."Do It"("Arg 1" integer, "select" text default 'x') returns integer language sql immutable as $$ select "Arg 1" + length("select") $$;
comment on column "My App"."Main Table"."say ""hi""" is 'with "quotes" and ''quotes''';
