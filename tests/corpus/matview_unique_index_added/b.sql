-- one materialized view gets the unique index a concurrent refresh needs, another loses its own
create table cells (x integer not null, y integer not null, v integer, primary key (x, y));
create materialized view grid as select x, y, v from cells;
create unique index grid_x_y_key on grid (x, y) nulls not distinct;
create materialized view columns_sum as select x, sum(v) as v from cells group by x;
create index columns_sum_x_key on columns_sum (x);
