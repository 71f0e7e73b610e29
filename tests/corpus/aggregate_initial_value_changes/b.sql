-- an aggregate starts from one instead of zero and is strict in its state; the view over it, comment and grants stand
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create function add_square(state numeric, x numeric) returns numeric language sql immutable as $$ select state + x * x $$;
create function root(state numeric) returns numeric language sql immutable as $$ select sqrt(state) $$;
create aggregate norm(numeric) (sfunc = add_square, stype = numeric, initcond = '1', finalfunc = root, finalfunc_modify = shareable, parallel = safe);
comment on aggregate norm(numeric) is 'euclidean';
revoke execute on function norm(numeric) from public;
grant execute on function norm(numeric) to nself_corpus_app;
create table vectors (id integer not null, x numeric not null);
create view norms as select id, norm(x) as norm from vectors group by id;
