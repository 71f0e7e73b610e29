-- functions whose names and argument names hold commas, quotes and parentheses: one goes, one changes, one loses a grant
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema "od,d";
create type "od,d"."a(b)" as enum ('x', 'y');
create function "od,d"."do (it)"("first, arg" integer, "second)" "od,d"."a(b)" default 'y') returns text
    language sql as $$ select "second)"::text || "first, arg" $$;
create function "od,d"."quo""te"(character varying(10), double precision, timestamp with time zone, numeric(10, 2)[]) returns integer
    language sql as 'select 2';
comment on function "od,d"."do (it)"(integer, "od,d"."a(b)") is 'it''s odd, still';
comment on function "od,d"."quo""te"(varchar, float8, timestamptz, numeric[]) is 'four arguments, no names';
revoke execute on function "od,d"."quo""te"(varchar, float8, timestamptz, numeric[]) from public;
