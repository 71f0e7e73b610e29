-- UP
create type public.payment_method as enum ('card', 'transfer', 'cash');

create table public.payments (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null,
    order_id uuid not null,
    amount numeric(12, 2) not null check (amount > 0),
    method public.payment_method not null,
    paid_at timestamptz not null default now(),
    foreign key (tenant_id, order_id) references public.orders (tenant_id, id)
);

create index payments_order_idx on public.payments (tenant_id, order_id);

grant select, insert on public.payments to shop_app;

-- DOWN
drop table public.payments;
drop type public.payment_method;
