-- the aggregate gets a moving mode: mstype, msfunc, minvfunc, minitcond
create function plus(state bigint, x integer) returns bigint language sql immutable strict as $$ select state + x $$;
create function minus(state bigint, x integer) returns bigint language sql immutable strict as $$ select state - x $$;
create aggregate running(integer) (sfunc = plus, stype = bigint, initcond = '0', msfunc = plus, minvfunc = minus, mstype = bigint, minitcond = '0', sspace = 16);
create table steps (day date primary key, n integer not null);
create view weekly as select day, running(n) over (order by day rows 6 preceding) as n from steps;
