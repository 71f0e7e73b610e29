-- function, procedure, aggregate, enum, composite, range and domain change owner; the domain also its check
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create function f(a integer) returns integer language sql as 'select a';
create procedure p() language sql as 'select 1';
create aggregate s(integer) (sfunc = int4pl, stype = integer);
create type colour as enum ('red');
create type pair as (a integer, b integer);
create type span as range (subtype = integer);
create domain positive as integer check (value >= 0);
alter procedure p() owner to nself_corpus_owner;
alter aggregate s(integer) owner to nself_corpus_app;
alter type colour owner to nself_corpus_app;
alter type pair owner to nself_corpus_owner;
alter type span owner to nself_corpus_owner;
alter domain positive owner to nself_corpus_app;
create table t (c colour, p pair);
