create table public.orders (id integer primary key, placed date not null);
create table public.line (order_id integer not null references public.orders, n integer not null, primary key (order_id, n));
create view public.order_lines as select o.id, count(*) as lines from public.orders o join public.line l on l.order_id = o.id group by o.id;
