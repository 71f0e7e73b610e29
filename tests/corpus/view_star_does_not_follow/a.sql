create table cities (id integer primary key, name text not null);
create view all_cities as select * from cities;
create view city_rows as select c from cities c;
create view city_count as select count(*) as n from cities;
