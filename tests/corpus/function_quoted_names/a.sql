do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema "od,d";
create type "od,d"."a(b)" as enum ('x', 'y');
create function "od,d"."do (it)"("first, arg" integer, "second)" "od,d"."a(b)" default 'x') returns text
    language sql as $$ select "first, arg" || "second)"::text $$;
create function "od,d"."do (it)"("first, arg" text) returns text language sql as $$ select "first, arg" $$;
create function "od,d"."quo""te"(character varying(10), double precision, timestamp with time zone, numeric(10, 2)[]) returns integer
    language sql as 'select 1';
comment on function "od,d"."do (it)"(integer, "od,d"."a(b)") is 'it''s odd';
grant execute on function "od,d"."quo""te"(varchar, float8, timestamptz, numeric[]) to nself_corpus_app;
