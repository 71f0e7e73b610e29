-- the type of a view column changes; the views belong to another role than the tables, before and after
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create schema report;
create table report.sales (id integer primary key, region text not null, amount integer not null);
create view report.by_region as select region, sum(amount)::numeric(14, 2) as amount from report.sales group by region;
alter view report.by_region owner to nself_corpus_owner;
grant select on report.by_region to nself_corpus_reader;
create view report.north as select amount from report.by_region where region = 'north';
alter view report.north owner to nself_corpus_owner;
create view report.all_regions as select distinct region from report.sales;
