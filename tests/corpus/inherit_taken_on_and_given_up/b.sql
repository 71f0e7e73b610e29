-- A table that stood alone inherits, an heir stands alone; columns and rows are kept.
create table public.root (id integer not null, at date);
create table public.joins (id integer not null, at date, extra text);
alter table public.joins inherit public.root;
create table public.leaves (id integer not null, at date, extra text);
create table public.stays () inherits (public.root);
create policy stays_all on public.stays using (id > 0);
