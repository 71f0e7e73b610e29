-- a materialized view comes with its aggregate, index, comment, options, owner and grants
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table samples (id integer primary key, grp text not null, v numeric not null);
create function keep_last(state numeric, v numeric) returns numeric language sql immutable as $$ select v $$;
create aggregate last_of(numeric) (sfunc = keep_last, stype = numeric);
create materialized view sample_groups with (fillfactor = 80) as select grp, last_of(v) as last, count(*) as n from samples group by grp;
create unique index sample_groups_grp_key on sample_groups (grp);
alter materialized view sample_groups owner to nself_corpus_reader;
grant select on sample_groups to public;
comment on materialized view sample_groups is 'by group';
create view many as select grp from sample_groups where n > 10;
