-- UP
create type public.member_role as enum ('owner', 'staff', 'viewer');

create table public.tenants (
    id uuid primary key default gen_random_uuid(),
    slug text not null unique check (slug ~ '^[a-z0-9-]+$'),
    name text not null check (name <> ''),
    created_at timestamptz not null default now()
);

create table public.users (
    id uuid primary key default gen_random_uuid(),
    email text not null check (email like '%@%'),
    name text not null,
    created_at timestamptz not null default now()
);

create unique index users_email_key on public.users (lower(email));

create table public.memberships (
    tenant_id uuid not null references public.tenants (id) on delete cascade,
    user_id uuid not null references public.users (id) on delete cascade,
    role public.member_role not null default 'staff',
    created_at timestamptz not null default now(),
    primary key (tenant_id, user_id)
);

create index memberships_user_id_idx on public.memberships (user_id);

grant select, insert, update on public.tenants, public.users to shop_app;
grant select, insert, update, delete on public.memberships to shop_app;

-- DOWN
drop table public.memberships;
drop table public.users;
drop table public.tenants;
drop type public.member_role;
