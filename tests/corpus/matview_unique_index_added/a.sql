create table cells (x integer not null, y integer not null, v integer, primary key (x, y));
create materialized view grid as select x, y, v from cells;
create index grid_v_idx on grid (v);
create materialized view columns_sum as select x, sum(v) as v from cells group by x;
create unique index columns_sum_x_key on columns_sum (x);
