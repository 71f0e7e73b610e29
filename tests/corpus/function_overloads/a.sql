create function area(r double precision) returns double precision language sql immutable as $$ select pi() * r * r $$;
create function area(w double precision, h double precision) returns double precision language sql immutable as $$ select w * h $$;
create function area(side integer) returns integer language sql immutable as $$ select side * side $$;
comment on function area(double precision) is 'of a circle';
comment on function area(integer) is 'of a square';
create table fields (id integer primary key, w double precision, h double precision, side integer);
create view field_areas as select id, area(w, h) as area, area(side) as square from fields;
