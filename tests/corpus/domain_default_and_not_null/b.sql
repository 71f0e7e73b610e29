-- Defaults and not null of domains come, go and change.
create domain public.amount as numeric(10, 2) default 1.50;
create domain public.label as text default 'none' not null;
create domain public.flag as boolean;
create table public.entry (id integer primary key, amount public.amount, label public.label, flag public.flag default true);
create view public.entry_sum as select sum(amount) as total from public.entry;
