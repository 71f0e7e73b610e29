create table tags (id integer primary key, label text not null);
create view sorted_tags as select id, label from tags;
create view first_tag as select min(label) as label from sorted_tags;
