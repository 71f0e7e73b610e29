-- Wide keys, addresses in a table of their own, another state, times with zone, prices in cents: the whole shop moves.
create type public.order_state as enum ('new', 'paid', 'packed', 'shipped', 'returned');
create table public.customer (id bigserial primary key, name text not null);
create table public.address (
    id bigint generated always as identity primary key,
    customer_id bigint not null references public.customer on delete cascade,
    street text not null,
    town text not null
);
create index address_customer_id on public.address (customer_id);
create table public.product (id bigserial primary key, name text not null unique, cents integer not null check (cents > 0));
create table public.orders (
    id bigserial primary key,
    customer_id bigint not null references public.customer,
    state public.order_state not null default 'new',
    placed_at timestamptz not null default now(),
    address_id bigint references public.address on delete set null
);
create table public.order_line (
    order_id bigint not null references public.orders on delete cascade,
    product_id bigint not null references public.product,
    amount integer not null default 1 check (amount > 0),
    primary key (order_id, product_id)
);
create view public.order_total as
    select o.id, o.customer_id, o.state, sum(l.amount * p.cents) as cents
    from public.orders o join public.order_line l on l.order_id = o.id join public.product p on p.id = l.product_id
    where o.state <> 'returned'
    group by o.id;
create view public.customer_total as
    select c.id, c.name, coalesce(sum(t.cents), 0) / 100.0 as total
    from public.customer c left join public.order_total t on t.customer_id = c.id
    group by c.id;
create materialized view public.best_customer as select id, name, total from public.customer_total order by total desc limit 10;
create unique index best_customer_id on public.best_customer (id);
create function public.customer_rank(which bigint) returns bigint
    language sql stable
    as 'select 1 + count(*) from public.customer_total where total > (select total from public.customer_total where id = which)';
create function public.touch_order() returns trigger language plpgsql as $$ begin if new.state <> old.state then new.placed_at := now(); end if; return new; end $$;
create trigger touch before update of state on public.orders for each row execute function public.touch_order();
