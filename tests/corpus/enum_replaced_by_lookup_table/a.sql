create type public.currency as enum ('eur', 'usd');
create table public.account (id integer primary key, currency public.currency not null default 'eur', cents bigint not null);
create view public.account_sum as select currency, sum(cents) as cents from public.account group by currency;
