-- Filled tables gain not-null columns whose defaults are constant, volatile and immutable expressions.
create table public.orders (
    id integer primary key,
    placed date not null,
    channel text not null default 'shop',
    token uuid not null default gen_random_uuid(),
    tags text[] not null default array['new', 'unseen']::text[]
);
create table public.line (
    order_id integer not null references public.orders,
    n integer not null,
    amount numeric(8, 2) not null default 1.00,
    primary key (order_id, n)
);
create view public.order_lines as select o.id, count(*) as lines from public.orders o join public.line l on l.order_id = o.id group by o.id;
