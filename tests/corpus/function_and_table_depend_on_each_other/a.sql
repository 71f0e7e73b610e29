create table owners (id integer primary key, name text not null);
