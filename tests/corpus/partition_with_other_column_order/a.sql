create table public.base (id integer not null, a text, b date) partition by range (id);
create table public.base_low (b date, id integer not null, a text);
alter table public.base attach partition public.base_low for values from (0) to (10);
create table public.base_high partition of public.base for values from (10) to (20);
create index base_a on public.base (a);
