create table measures (id integer primary key, celsius numeric not null);
create view in_celsius as select id, celsius from measures;
create view in_fahrenheit as select id, celsius * 9 / 5 + 32 as fahrenheit from in_celsius;
create view hot as select id from in_celsius where celsius > 30;
