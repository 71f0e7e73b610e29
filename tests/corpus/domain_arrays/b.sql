-- Domains over arrays, and arrays of domains, change checks and element type.
create domain public.percent as integer constraint percent_range check (value between -100 and 100);
create domain public.percents as public.percent[] constraint percents_some check (cardinality(value) between 1 and 10);
create domain public.matrix as numeric[] constraint matrix_square check (array_ndims(value) = 2);
create table public.poll (id integer primary key, shares public.percents, raw public.percent[], grid public.matrix);
create view public.poll_shares as select id, cardinality(shares) as n from public.poll;
