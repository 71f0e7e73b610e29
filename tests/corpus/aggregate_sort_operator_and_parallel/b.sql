-- sort operator, combine, serial and deserial functions and the parallel mark come and go
create function smaller(a integer, b integer) returns integer language sql immutable strict parallel safe as $$ select least(a, b) $$;
create aggregate least_of(integer) (sfunc = smaller, stype = integer, parallel = restricted);
create aggregate greatest_of(integer) (sfunc = int4larger, stype = integer, sortop = >, combinefunc = int4larger, parallel = safe);
create aggregate mean_of(numeric) (sfunc = numeric_avg_accum, stype = internal, sspace = 128, finalfunc = numeric_avg, combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize, parallel = safe);
create view extremes as select least_of(x) as low, greatest_of(x) as high from (values (1), (2)) v (x);
