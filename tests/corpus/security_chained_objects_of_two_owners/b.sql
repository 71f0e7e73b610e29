-- the chief's view is rebuilt and what the chief granted still comes from the chief, except on the table, where it is taken back
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_chief; exception when duplicate_object or unique_violation then null; end $$;
create schema hr;
grant usage on schema hr to nself_corpus_owner, nself_corpus_chief;
create table hr.staff (id integer primary key, name text not null, grade integer not null);
alter table hr.staff owner to nself_corpus_owner;
grant select on hr.staff to nself_corpus_chief with grant option;
create view hr.names as select id, name from hr.staff;
alter view hr.names owner to nself_corpus_chief;
set role nself_corpus_chief;
grant select on hr.names to nself_corpus_owner;
reset role;
