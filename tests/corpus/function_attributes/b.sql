-- one attribute of each function changes and nothing else; f_set has one setting changed, one gone, one new
create function f_volatility(x integer) returns integer language sql immutable as 'select x';
create function f_strict(x integer) returns integer language sql strict as 'select x';
create function f_definer(x integer) returns integer language sql as 'select x';
create function f_leakproof(x integer) returns integer language sql leakproof as 'select x';
create function f_parallel(x integer) returns integer language sql parallel restricted as 'select x';
create function f_cost(x integer) returns integer language plpgsql cost 0.5 as 'begin return x; end';
create function f_rows(x integer) returns setof integer language sql rows 2000 as 'select x';
create function f_set(x integer) returns integer language sql set search_path = '' set datestyle = 'ISO, DMY' as 'select x';
create function f_none(x integer) returns integer language sql as 'select x';
