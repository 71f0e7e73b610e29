create table public.root (id integer not null, at date);
create table public.joins (id integer not null, at date, extra text);
create table public.leaves (extra text) inherits (public.root);
create table public.stays () inherits (public.root);
create policy stays_all on public.stays using (id > 0);
