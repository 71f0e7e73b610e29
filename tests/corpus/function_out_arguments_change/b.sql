-- out arguments: one more here, renamed there, and one that becomes a plain result
create function divide(n integer, d integer, out quotient integer, out remainder integer, out exact boolean) language sql immutable as $$ select n / d, n % d, n % d = 0 $$;
create function swap(inout first integer, inout second integer) language sql immutable as $$ select second, first $$;
create function one_out(x integer) returns integer language sql immutable as $$ select x + 1 $$;
create view halves as select q.quotient, q.remainder from divide(7, 2) q;
