-- columns under statistics change their types: target and comment stand afterwards
create table people (id integer primary key, age bigint not null, height numeric not null, city text);
create statistics body (dependencies) on age, height from people;
create statistics age_group (mcv) on (age / 10), city from people;
alter statistics body set statistics 200;
comment on statistics body is 'they go together';
create view tall as select id from people where height > 200;
