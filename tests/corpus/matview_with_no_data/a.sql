create table log_lines (id bigint primary key, level text not null);
create materialized view error_lines as select id from log_lines where level = 'error' with no data;
create index error_lines_id_idx on error_lines (id);
create materialized view level_counts as select level, count(*) as n from log_lines group by level with no data;
