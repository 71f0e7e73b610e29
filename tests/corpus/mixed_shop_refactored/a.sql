create type public.order_state as enum ('new', 'paid', 'shipped');
create table public.customer (id serial primary key, name text not null, street text, town text);
create table public.product (id serial primary key, name text not null unique, price numeric(8, 2) not null check (price > 0));
create table public.orders (
    id serial primary key,
    customer_id integer not null references public.customer,
    state public.order_state not null default 'new',
    placed_at timestamp not null default now()
);
create table public.order_line (
    order_id integer not null references public.orders on delete cascade,
    product_id integer not null references public.product,
    amount integer not null default 1,
    primary key (order_id, product_id)
);
create view public.order_total as
    select o.id, o.customer_id, o.state, sum(l.amount * p.price) as total
    from public.orders o join public.order_line l on l.order_id = o.id join public.product p on p.id = l.product_id
    group by o.id;
create view public.customer_total as
    select c.id, c.name, coalesce(sum(t.total), 0) as total
    from public.customer c left join public.order_total t on t.customer_id = c.id
    group by c.id;
create materialized view public.best_customer as select id, name, total from public.customer_total order by total desc limit 10;
create unique index best_customer_id on public.best_customer (id);
create function public.customer_rank(which integer) returns bigint
    language sql stable
    as 'select 1 + count(*) from public.customer_total where total > (select total from public.customer_total where id = which)';
create function public.touch_order() returns trigger language plpgsql as $$ begin new.placed_at := now(); return new; end $$;
create trigger touch before update of state on public.orders for each row execute function public.touch_order();
