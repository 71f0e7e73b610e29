-- columns in row filters and column lists change their type
create table readings (id bigint primary key, level numeric not null, place text);
create table other (id integer primary key);
create publication high for table readings (id, level) where (level > 100), other;
create publication low for table readings where (level < 10 and place <> 'lab') with (publish = 'insert');
