create aggregate my_percentile(double precision order by double precision) (
    sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_cont_float8_final);
create aggregate my_mode(order by anyelement) (
    sfunc = ordered_set_transition, stype = internal, finalfunc = mode_final, finalfunc_extra);
create table latencies (id integer primary key, ms double precision not null);
create view p95 as select my_percentile(0.95) within group (order by ms) as ms from latencies;
create view common as select my_mode() within group (order by ms) as ms from latencies;
comment on aggregate my_mode(order by anyelement) is 'the most common';
