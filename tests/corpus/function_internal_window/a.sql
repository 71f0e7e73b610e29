create function my_rank() returns bigint language internal window immutable strict as 'window_rank';
create function my_upper(text) returns text language internal immutable strict parallel safe as 'upper';
create table scores (id integer primary key, points integer not null);
create view ranking as select id, my_rank() over (order by points desc) as place from scores;
