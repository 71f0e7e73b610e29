create domain public.amount as numeric(10, 2) default 0 not null;
create domain public.label as text;
create domain public.flag as boolean default false;
create table public.entry (id integer primary key, amount public.amount, label public.label, flag public.flag default true);
create view public.entry_sum as select sum(amount) as total from public.entry;
