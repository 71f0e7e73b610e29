create aggregate would_rank(variadic "any" order by variadic "any") (
    sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
create table results (points integer not null);
create view place_of_100 as select would_rank(100) within group (order by points desc) as place from results;
