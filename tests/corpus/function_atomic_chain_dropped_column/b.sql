-- the table column goes, and with it a chain of view, function, function and view: all but one of them for good
create table staff (id integer primary key, name text not null);
create view graded as select id, name from staff;
