create function divide(n integer, d integer, out quotient integer, out remainder integer) language sql immutable as $$ select n / d, n % d $$;
create function swap(inout a integer, inout b integer) language sql immutable as $$ select b, a $$;
create function one_out(x integer, out y integer) language sql immutable as $$ select x + 1 $$;
create view halves as select q.quotient, q.remainder from divide(7, 2) q;
