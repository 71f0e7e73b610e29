-- Collation, operator class, difference function and multirange name of range types change.
create function public.text_gap(a text, b text) returns double precision language sql immutable as 'select (length(a) - length(b))::double precision';
create function public.number_gap(a numeric, b numeric) returns double precision language sql immutable as 'select (a - b)::double precision';
create type public.names as range (subtype = text, collation = "POSIX", subtype_diff = public.text_gap, subtype_opclass = text_pattern_ops);
create type public.numbers as range (subtype = numeric, subtype_diff = public.number_gap, multirange_type_name = public.lots_of_numbers);
create type public.kept as range (subtype = numeric, subtype_diff = public.number_gap);
create table public.book (id integer primary key, names public.names, numbers public.numbers, kept public.kept);
