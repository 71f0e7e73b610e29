-- the access method for indexes goes with its operator class; the index is a plain brin under the same name
create table t (id integer primary key, n integer not null, m integer);
create index t_n_idx on t using brin (n) with (pages_per_range = 16);
create index t_m_idx on t (m desc);
