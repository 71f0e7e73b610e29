-- A domain lies over another base type, below columns, an array, an index, a view and a function.
create domain public.quantity as numeric(12, 3) default 1 constraint quantity_positive check (value > 0);
create table public.line (id integer primary key, quantity public.quantity not null, more public.quantity[]);
create index line_quantity on public.line (quantity);
create view public.line_double as select id, quantity * 2 as twice, quantity from public.line;
create function public.next_quantity(q public.quantity) returns public.quantity language sql immutable as 'select (q + 1)::public.quantity';
comment on domain public.quantity is 'pieces';
