-- an internal window function points to another symbol, an internal one changes its volatility
create function my_rank() returns bigint language internal window immutable strict as 'window_dense_rank';
create function my_upper(text) returns text language internal stable strict parallel restricted as 'upper';
create table scores (id integer primary key, points integer not null);
create view ranking as select id, my_rank() over (order by points desc) as place from scores;
