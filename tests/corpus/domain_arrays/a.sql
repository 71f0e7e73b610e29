create domain public.percent as integer constraint percent_range check (value between 0 and 100);
create domain public.percents as public.percent[] constraint percents_some check (cardinality(value) > 0);
create domain public.matrix as integer[] constraint matrix_square check (array_ndims(value) = 2);
create table public.poll (id integer primary key, shares public.percents, raw public.percent[], grid public.matrix);
create view public.poll_shares as select id, cardinality(shares) as n from public.poll;
