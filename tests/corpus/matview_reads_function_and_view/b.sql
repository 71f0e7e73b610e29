-- a function gets another argument name: what stands on it (view, materialized view, index) has to step aside
create table weights (id integer primary key, kg numeric not null);
create function to_pounds(kilograms numeric) returns numeric language sql immutable as $$ select kilograms * 2.20462 $$;
create view in_pounds as select id, to_pounds(kg) as lb from weights;
create materialized view heavy as select id, lb from in_pounds where lb > to_pounds(100);
create index heavy_rounded_idx on heavy (round(to_pounds(lb)));
