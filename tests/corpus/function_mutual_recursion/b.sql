-- two sql functions that call each other come in: neither can be checked before the other stands
create function is_even(n integer) returns boolean language plpgsql immutable as $$ begin return n = 0 or is_odd(n - 1); end $$;
create function is_odd(n integer) returns boolean language plpgsql immutable as $$ begin return n <> 0 and is_even(n - 1); end $$;
create view evens as select n from generate_series(1, 10) n where is_even(n);
set check_function_bodies = off;
create function ping(n integer) returns integer language sql as $$ select case when n <= 0 then 0 else pong(n - 1) end $$;
create function pong(n integer) returns integer language sql as $$ select case when n <= 0 then 1 else ping(n - 1) end $$;
reset check_function_bodies;
create view rally as select ping(5) as winner;
