-- casts change from explicit to assignment, implicit to explicit, inout to a function; a view uses one
create type celsius as (degrees numeric);
create type fahrenheit as (degrees numeric);
create function to_f(c celsius) returns fahrenheit language sql immutable as $$ select row((c).degrees * 9 / 5 + 32)::fahrenheit $$;
create function to_c(f fahrenheit) returns celsius language sql immutable as $$ select row(((f).degrees - 32) * 5 / 9)::celsius $$;
create function c_label(c celsius) returns text language sql immutable as $$ select (c).degrees || ' C' $$;
create cast (celsius as fahrenheit) with function to_f(celsius) as assignment;
create cast (fahrenheit as celsius) with function to_c(fahrenheit);
create cast (celsius as text) with function c_label(celsius) as assignment;
comment on cast (celsius as fahrenheit) is 'loses nothing';
create table readings (id integer primary key, t celsius);
create view in_f as select id, t::fahrenheit as t from readings;
