-- tables (with their sequences), a free sequence, a view, a materialized view and the schema change owner; grants stand
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
alter schema app owner to nself_corpus_owner;
create table app.t (id serial primary key, n bigint generated always as identity, v text);
create index t_v_idx on app.t (v);
create sequence app.free;
create view app.v as select id from app.t;
create materialized view app.m as select id from app.t;
create table app.same (id integer primary key);
alter table app.t owner to nself_corpus_app;
alter sequence app.free owner to nself_corpus_app;
alter view app.v owner to nself_corpus_owner;
alter materialized view app.m owner to nself_corpus_owner;
alter table app.same owner to nself_corpus_app;
grant select on app.t to nself_corpus_owner;
