do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table samples (id integer primary key, grp text not null, v numeric not null);
