-- two columns of the view names change places; both have the same type, so only the names tell
create table people (id integer primary key, first_name text not null, last_name text not null);
create view names as select last_name, first_name, id from people;
create view initials as select id, left(first_name, 1) || left(last_name, 1) as both_letters from names;
