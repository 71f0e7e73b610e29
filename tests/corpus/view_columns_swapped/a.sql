create table people (id integer primary key, first_name text not null, last_name text not null);
create view names as select first_name, last_name, id from people;
create view initials as select id, left(first_name, 1) || left(last_name, 1) as both_letters from names;
