-- UP
create type public.order_status as enum ('placed', 'paid', 'shipped', 'cancelled');

create sequence public.order_number_seq start with 1000;

create table public.orders (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null references public.tenants (id) on delete cascade,
    customer_id uuid not null,
    number bigint not null default nextval('public.order_number_seq'),
    reference text generated always as ('SO-' || number::text) stored,
    status public.order_status not null default 'placed',
    placed_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, number),
    unique (tenant_id, id),
    foreign key (tenant_id, customer_id) references public.customers (tenant_id, id)
);

alter sequence public.order_number_seq owned by public.orders.number;

create index orders_customer_idx on public.orders (tenant_id, customer_id);
create index orders_placed_at_idx on public.orders (tenant_id, placed_at);

create trigger orders_set_updated_at
before update on public.orders
for each row execute function public.set_updated_at();

-- The order is checked when the transaction commits: an import may bring the items first.
create table public.order_items (
    tenant_id uuid not null,
    order_id uuid not null,
    line integer not null check (line > 0),
    product_id uuid not null,
    quantity integer not null check (quantity > 0),
    unit_price numeric(12, 2) not null check (unit_price >= 0),
    line_total numeric(14, 2) generated always as (quantity * unit_price) stored,
    primary key (tenant_id, order_id, line),
    foreign key (tenant_id, order_id) references public.orders (tenant_id, id) on delete cascade
        deferrable initially deferred,
    foreign key (tenant_id, product_id) references public.products (tenant_id, id)
);

create index order_items_product_idx on public.order_items (tenant_id, product_id);

grant select, insert, update, delete on public.orders, public.order_items to shop_app;
grant usage on sequence public.order_number_seq to shop_app;

-- DOWN
drop table public.order_items;
drop table public.orders;
drop type public.order_status;
