create table readings (id integer primary key, level integer not null, place varchar(20));
create table other (id integer primary key);
create publication high for table readings (id, level) where (level > 100), other;
create publication low for table readings where (level < 10 and place <> 'lab') with (publish = 'insert');
