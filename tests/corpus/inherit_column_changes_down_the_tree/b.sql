-- A column of the root changes type, one is dropped, below indexes, checks and views of the leaves.
create table public.top (id integer, value bigint);
create table public.middle (m text) inherits (public.top);
create table public.bottom (b text) inherits (public.middle);
create index bottom_value on public.bottom (value);
create view public.top_value as select id, value from public.top;
create view public.bottom_value_view as select value, b from public.bottom;
alter table public.bottom add constraint bottom_sane check (value < 100);
