do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table jobs (id integer primary key, done boolean not null default false);
create function finish(which integer) returns void language sql as $$ update jobs set done = true where id = which $$;
grant execute on function finish(integer) to nself_corpus_app;
comment on function finish(integer) is 'marks a job';
create procedure purge() language sql as $$ delete from jobs where done $$;
