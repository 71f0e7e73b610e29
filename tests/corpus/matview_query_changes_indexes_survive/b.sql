-- the query of a materialized view changes; indexes, comments, grants and the view over it stand again
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table visits (id bigint generated always as identity primary key, page text not null, ms integer not null);
create materialized view page_stats as select page, count(*) as hits, avg(ms) as mean_ms from visits where ms > 0 group by page;
create unique index page_stats_page_key on page_stats (page);
create index page_stats_hits_idx on page_stats (hits desc nulls last) include (mean_ms) where hits > 1;
create index page_stats_lower_idx on page_stats (lower(page));
comment on materialized view page_stats is 'refreshed by cron';
comment on column page_stats.mean_ms is 'milliseconds';
comment on index page_stats_hits_idx is 'for the top ten';
grant select on page_stats to nself_corpus_reader;
create view slow_pages as select page from page_stats where mean_ms > 500;
