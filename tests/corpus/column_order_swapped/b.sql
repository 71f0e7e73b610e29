-- Two columns have traded places, nothing else; the key keeps its own order.
create table public.pair (right_side integer not null, left_side integer not null, constraint pair_pk primary key (left_side, right_side));
create view public.pair_sum as select left_side + right_side as total from public.pair;
create table public.other (id integer primary key);
