-- UP
create table public.customers (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null references public.tenants (id) on delete cascade,
    email text not null check (email like '%@%'),
    name text not null,
    address jsonb,
    created_at timestamptz not null default now(),
    unique (tenant_id, email),
    unique (tenant_id, id)
);

grant select, insert, update, delete on public.customers to shop_app;

-- DOWN
drop table public.customers;
