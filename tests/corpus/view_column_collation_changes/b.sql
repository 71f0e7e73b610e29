-- only the collation of a view column changes, which create or replace view refuses
create table tags (id integer primary key, label text not null);
create view sorted_tags as select id, label collate "C" as label from tags;
create view first_tag as select min(label) as label from sorted_tags;
