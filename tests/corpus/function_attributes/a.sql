create function f_volatility(x integer) returns integer language sql volatile as 'select x';
create function f_strict(x integer) returns integer language sql as 'select x';
create function f_definer(x integer) returns integer language sql security definer as 'select x';
create function f_leakproof(x integer) returns integer language sql as 'select x';
create function f_parallel(x integer) returns integer language sql parallel unsafe as 'select x';
create function f_cost(x integer) returns integer language plpgsql cost 10 as 'begin return x; end';
create function f_rows(x integer) returns setof integer language sql rows 10 as 'select x';
create function f_set(x integer) returns integer language sql set search_path = public, pg_temp set work_mem = '4MB' as 'select x';
create function f_none(x integer) returns integer language sql as 'select x';
