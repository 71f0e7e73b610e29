-- everything above the table is gone at once, from the top down
create table raw (id integer primary key, v text);
