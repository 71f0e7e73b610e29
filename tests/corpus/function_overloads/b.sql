-- of three overloads one goes, one is new, one changes its body and the comments move
create function area(w double precision, h double precision) returns double precision language sql immutable strict as $$ select abs(w * h) $$;
create function area(side integer) returns integer language sql immutable as $$ select side * side $$;
create function area(corners point[]) returns double precision language sql immutable as $$ select 0.0::double precision $$;
comment on function area(double precision, double precision) is 'of a rectangle';
comment on function area(point[]) is 'of any shape';
create table fields (id integer primary key, w double precision, h double precision, side integer);
create view field_areas as select id, area(w, h) as area, area(side) as square from fields;
