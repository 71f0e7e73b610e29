-- a function is a procedure now and a procedure a function, with the same names, grants and comments
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table jobs (id integer primary key, done boolean not null default false);
create procedure finish(which integer) language sql as $$ update jobs set done = true where id = which $$;
grant execute on procedure finish(integer) to nself_corpus_app;
comment on procedure finish(integer) is 'marks a job';
create function purge() returns void language sql as $$ delete from jobs where done $$;
