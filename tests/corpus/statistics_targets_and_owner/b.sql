-- targets of statistics objects and of columns change, one object changes owner, one schema
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema stats;
create table facts (a integer, b integer, c integer);
create statistics facts_ab on a, b from facts;
create statistics facts_bc on b, c from facts;
create statistics facts_ac on a, c from facts;
alter statistics facts_bc set statistics 0;
alter statistics facts_ac set statistics 10000;
alter statistics facts_ac owner to nself_corpus_owner;
alter table facts alter column b set statistics 10;
