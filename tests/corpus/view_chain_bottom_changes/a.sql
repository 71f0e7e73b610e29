do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table events (id bigint primary key, kind text not null, at timestamptz not null, weight integer not null default 1);
create view clicks as select id, at, weight from events where kind = 'click';
create view clicks_by_day as
    select date_trunc('day', at) as day, count(*) as clicks, sum(weight) as weight from clicks group by 1;
create materialized view best_days as select day, clicks from clicks_by_day where clicks > 10;
create unique index best_days_day_key on best_days (day);
comment on materialized view best_days is 'refreshed every night';
grant select on best_days to nself_corpus_reader;
