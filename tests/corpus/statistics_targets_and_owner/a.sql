do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema stats;
create table facts (a integer, b integer, c integer);
create statistics facts_ab on a, b from facts;
create statistics stats.facts_bc on b, c from facts;
create statistics facts_ac on a, c from facts;
alter statistics facts_ab set statistics 500;
alter statistics stats.facts_bc owner to nself_corpus_owner;
alter table facts alter column a set statistics 1000;
