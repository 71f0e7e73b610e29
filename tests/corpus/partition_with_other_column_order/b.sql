-- An attached partition whose columns stand in another order stays as it is while the root gains a column and an index.
create table public.base (id integer not null, a text, b date, c numeric default 0) partition by range (id);
create table public.base_low (b date, id integer not null, a text, c numeric default 0);
alter table public.base attach partition public.base_low for values from (0) to (10);
create table public.base_high partition of public.base for values from (10) to (20);
create index base_a on public.base (a);
create index base_c on public.base (c, b);
