create function first_of(variadic list anyarray) returns anyelement language sql immutable as $$ select list[1] $$;
create function joined(sep text, variadic parts text[]) returns text language sql immutable as $$ select array_to_string(parts, sep) $$;
create function same(a anycompatible, b anycompatible) returns boolean language sql immutable as $$ select a = b $$;
create table triples (a integer, b integer, c integer);
create view firsts as select first_of(a, b, c) as first, joined('-', a::text, b::text) as dashed from triples;
create view sames as select same(a, 1.5) as same from triples;
