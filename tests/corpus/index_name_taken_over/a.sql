create table public.orders (id integer primary key, placed date not null, state text not null);
create index orders_open on public.orders (placed) where state = 'open';
create view public.orders_recent as select id from public.orders where placed > '2024-01-01';
create sequence public.orders_number;
create index orders_state on public.orders (state);
