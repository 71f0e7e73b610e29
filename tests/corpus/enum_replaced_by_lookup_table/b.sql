-- The enum gives way to a table of the same name; the column becomes a foreign key to it.
create table public.currency (code text primary key, digits smallint not null default 2);
create table public.account (id integer primary key, currency text not null default 'eur' references public.currency, cents bigint not null);
create view public.account_sum as select currency, sum(cents) as cents from public.account group by currency;
