-- Range types come, one with a difference function and all names given, and a column, an index, a function and a multirange use them.
create function public.float_gap(a double precision, b double precision) returns double precision language sql immutable as 'select a - b';
create type public.float_span as range (subtype = double precision, subtype_diff = public.float_gap, multirange_type_name = public.float_spans);
create type public.word_span as range (subtype = text, collation = "C", subtype_opclass = text_pattern_ops);
create table public.price (id integer primary key, cents integer not null, valid public.float_span, closed public.float_spans, words public.word_span);
create index price_valid on public.price using gist (valid);
create function public.inside(s public.float_span, f double precision) returns boolean language sql immutable as 'select f <@ s';
