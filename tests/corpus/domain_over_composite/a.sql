create type public.money_pair as (amount numeric, currency text);
create domain public.positive_money as public.money_pair constraint positive check ((value).amount > 0);
create table public.wallet (id integer primary key, content public.positive_money);
create function public.amount_of(m public.positive_money) returns numeric language sql immutable as 'select (m).amount';
create view public.wallet_amount as select id, public.amount_of(content) as amount from public.wallet;
