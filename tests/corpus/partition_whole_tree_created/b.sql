-- A tree of three levels comes at once: keys, foreign keys, triggers, indexes and a view over a leaf.
create table public.calendar (day date primary key);
create table public.trade (
    id bigint not null,
    market text not null,
    day date not null references public.calendar,
    price numeric not null check (price > 0),
    primary key (id, market, day)
) partition by list (market);
create table public.trade_europe partition of public.trade for values in ('xetra', 'lse') partition by range (day);
create table public.trade_europe_2023 partition of public.trade_europe for values from ('2023-01-01') to ('2024-01-01');
create table public.trade_europe_2024 partition of public.trade_europe for values from ('2024-01-01') to ('2025-01-01') partition by hash (id);
create table public.trade_europe_2024_0 partition of public.trade_europe_2024 for values with (modulus 2, remainder 0);
create table public.trade_europe_2024_1 partition of public.trade_europe_2024 for values with (modulus 2, remainder 1);
create table public.trade_rest partition of public.trade default;
create index trade_price on public.trade (price) where price > 1000;
create function public.on_trade() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger trade_seen after insert on public.trade for each row execute function public.on_trade();
create view public.trade_2023 as select id, price from public.trade_europe_2023;
comment on column public.trade_rest.price is 'anywhere else';
