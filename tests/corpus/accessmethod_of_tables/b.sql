-- tables and a materialized view change their access method; rows, indexes and the view over them stay
create access method corpus_heap type table handler heap_tableam_handler;
create table plain (id integer primary key, v text) using corpus_heap;
create table special (id integer primary key, v text);
create materialized view m as select id from plain;
create index special_v_idx on special (v);
create view over as select p.id, s.v from plain p join special s using (id);
comment on access method corpus_heap is 'heap by another name';
