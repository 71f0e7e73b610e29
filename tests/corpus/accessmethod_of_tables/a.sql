create access method corpus_heap type table handler heap_tableam_handler;
create table plain (id integer primary key, v text);
create table special (id integer primary key, v text) using corpus_heap;
create materialized view m using corpus_heap as select id from plain;
create index special_v_idx on special (v);
create view over as select p.id, s.v from plain p join special s using (id);
comment on access method corpus_heap is 'heap by another name';
