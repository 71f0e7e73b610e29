-- the function returns the view's row type and the view now reads the function: a real circle, closed by create or replace
create table edges (a integer not null, b integer not null);
create view paths as select a, b from edges;
create function two_steps() returns setof paths language sql stable as $$ select e.a, f.b from edges e join edges f on f.a = e.b $$;
create or replace view paths as select a, b from edges union select a, b from two_steps();
create view far as select count(*) as n from paths;
