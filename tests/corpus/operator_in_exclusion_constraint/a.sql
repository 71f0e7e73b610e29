create function near(a integer, b integer) returns boolean language sql immutable strict as $$ select abs(a - b) = 0 $$;
create operator ~== (leftarg = integer, rightarg = integer, function = near, commutator = ~==);
create operator class near_ops for type integer using hash as operator 1 ~==, function 1 hashint4(integer);
create table seats (id integer primary key, place integer not null, constraint seats_apart exclude using hash (place near_ops with ~==));
comment on constraint seats_apart on seats is 'one person, one place';
create view taken as select a.id from seats a join seats b on a.place operator(public.~==) b.place;
