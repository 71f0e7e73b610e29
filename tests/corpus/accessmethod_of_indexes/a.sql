create access method corpus_ranges type index handler brinhandler;
create operator class corpus_int_ops default for type integer using corpus_ranges as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
    function 1 brin_minmax_opcinfo(internal),
    function 2 brin_minmax_add_value(internal, internal, internal, internal),
    function 3 brin_minmax_consistent(internal, internal, internal),
    function 4 brin_minmax_union(internal, internal, internal);
create table t (id integer primary key, n integer not null, m integer);
create index t_n_idx on t using corpus_ranges (n) with (pages_per_range = 16);
create index t_m_idx on t (m desc);
comment on access method corpus_ranges is 'brin by another name';
