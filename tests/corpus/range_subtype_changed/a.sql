create type public.span as range (subtype = integer);
create table public.slot (id integer primary key, during public.span not null, gaps public.span_multirange);
create table public.span_use (slot_id integer references public.slot, n integer);
create view public.slot_start as select id, lower(during) as starts from public.slot;
create function public.overlap(a public.span, b public.span) returns boolean language sql immutable as 'select a && b';
