create table raw (id integer primary key, v text);
create view step_1 as select id, v from raw;
create view step_2 as select id, upper(v) as v from step_1;
create materialized view step_3 as select v from step_2;
create function step_4() returns setof step_2 language sql stable as $$ select * from step_2 $$;
create view step_5 as select id from step_4();
