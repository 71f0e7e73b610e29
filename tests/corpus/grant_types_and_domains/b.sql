-- usage on an enum, a composite, a range and domains changes, and the enum gains a value
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create type colour as enum ('red', 'green', 'blue');
create type pair as (a integer, b integer);
create type spread as range (subtype = integer, multirange_type_name = spreads);
create domain positive as integer check (value > 0);
create domain plain as text;
revoke usage on type colour from public;
grant usage on type pair to nself_corpus_app;
revoke usage on type pair from public;
revoke usage on type spread from public;
grant usage on domain positive to nself_corpus_app;
revoke usage on domain plain from public;
grant usage on domain plain to nself_corpus_app;
create table t (c colour, p pair, s spread, n positive);
