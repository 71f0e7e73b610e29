-- the expression of a virtual generated column changes under a view
create table boxes (id integer primary key, w integer not null, h integer not null, area integer generated always as (abs(w) * abs(h)) virtual);
create view big_boxes as select id, area from boxes where area > 100;
comment on column boxes.area is 'computed when read';
