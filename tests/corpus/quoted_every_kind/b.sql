-- Names that need quoting, of every kind, with a change to each.
create schema "My App";
create type "My App"."Kind Of" as enum ('One', 'One and a "half"', 'Two');
create domain "My App"."Good Text" as text default 'it''s' constraint "Not ""Empty""" check (value <> '' and value <> '"');
create sequence "My App"."Counter.1" increment 2;
create table "My App"."Main Table" (
    "Id" bigint default nextval('"My App"."Counter.1"') constraint "Main ""PK""" primary key,
    "Kind" "My App"."Kind Of" not null default 'Two',
    "a.b" "My App"."Good Text" not null,
    "say ""hi""" bigint constraint "Check it" check ("say ""hi""" >= 0),
    "New Column; drop table x" text collate "C"
);
alter sequence "My App"."Counter.1" owned by "My App"."Main Table"."Id";
create unique index "Index on a.b" on "My App"."Main Table" ("a.b", lower("a.b")) where "Kind" = 'Two';
create view "My App"."The View" as select "Id", "Kind" as "The Kind", "New Column; drop table x" from "My App"."Main Table" where "say ""hi""" > 2;
create function "My App"."Do It"("Arg 1" bigint, "select" text default 'it''s') returns bigint language sql immutable as $$ select "Arg 1" + length("select") $$;
create table "My App"."Child.Table" ("Main Id" bigint constraint "FK to ""Main""" references "My App"."Main Table" on delete cascade);
comment on column "My App"."Main Table"."say ""hi""" is 'with $$dollars$$ and \ and ''quotes''';
