-- The composite below a domain is replaced: other attribute types, and the domain's check names them.
create type public.money_pair as (cents bigint, currency char(3));
create domain public.positive_money as public.money_pair constraint positive check ((value).cents > 0);
create table public.wallet (id integer primary key, content public.positive_money);
create function public.amount_of(m public.positive_money) returns numeric language sql immutable as 'select (m).cents / 100.0';
create view public.wallet_amount as select id, public.amount_of(content) as amount from public.wallet;
