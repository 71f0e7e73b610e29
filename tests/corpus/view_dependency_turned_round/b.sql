-- first fahrenheit reads celsius, now celsius reads fahrenheit: replacing one after the other makes a circle
create table measures (id integer primary key, celsius numeric not null);
create view in_fahrenheit as select id, celsius * 9 / 5 + 32 as fahrenheit from measures;
create view in_celsius as select id, (fahrenheit - 32) * 5 / 9 as celsius from in_fahrenheit;
create view hot as select id from in_celsius where celsius > 30;
