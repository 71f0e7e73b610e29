-- Names move between kinds: an index's name goes to a view, a view's to an index, a sequence's to a table, an index's to a sequence.
create table public.orders (id integer primary key, placed date not null, state text not null);
create view public.orders_open as select id, placed from public.orders where state = 'open';
create index orders_recent on public.orders (placed) where state = 'open';
create table public.orders_number (order_id integer references public.orders, number text);
create sequence public.orders_state;
