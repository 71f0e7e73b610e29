-- one ordered-set aggregate interpolates no more, the other goes with its view
create aggregate my_percentile(double precision order by double precision) (
    sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra, finalfunc_modify = shareable);
create table latencies (id integer primary key, ms double precision not null);
create view p95 as select my_percentile(0.95) within group (order by ms) as ms from latencies;
