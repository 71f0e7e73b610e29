create table public.price (id integer primary key, cents integer not null);
create function public.float_gap(a double precision, b double precision) returns double precision language sql immutable as 'select a - b';
