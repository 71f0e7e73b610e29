-- UP
create function public.set_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := pg_catalog.clock_timestamp();
    return new;
end
$$;

create table public.products (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null references public.tenants (id) on delete cascade,
    category_id integer references public.product_categories (id),
    sku text not null,
    name text not null check (name <> ''),
    stock integer not null default 0 check (stock >= 0),
    active boolean not null default true,
    tags text[] not null default '{}',
    attributes jsonb not null default '{}',
    photo bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, sku),
    unique (tenant_id, id)
);

create index products_category_id_idx on public.products (category_id);
create index products_tags_idx on public.products using gin (tags);

create trigger products_set_updated_at
before update on public.products
for each row execute function public.set_updated_at();

create table public.product_prices (
    tenant_id uuid not null,
    product_id uuid not null,
    valid_from date not null,
    amount numeric(12, 2) not null check (amount > 0),
    currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    primary key (tenant_id, product_id, valid_from),
    foreign key (tenant_id, product_id) references public.products (tenant_id, id) on delete cascade
);

grant select, insert, update, delete on public.products, public.product_prices to shop_app;

-- DOWN
drop table public.product_prices;
drop table public.products;
drop function public.set_updated_at();
