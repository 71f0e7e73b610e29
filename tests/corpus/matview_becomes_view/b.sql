-- the materialized view is a plain view now, under the same name and below the same dependent view
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table posts (id integer primary key, author text not null, body text not null);
create view post_counts as select author, count(*) as posts from posts group by author;
grant select on post_counts to nself_corpus_reader;
create view busy_authors as select author from post_counts where posts > 100;
