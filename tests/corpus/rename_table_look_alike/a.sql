create table public.user_account (
    id bigint generated always as identity primary key,
    email text not null unique,
    active boolean not null default true
);
create table public.login (
    id bigint generated always as identity primary key,
    user_id bigint not null references public.user_account on delete cascade,
    at timestamptz not null
);
create index user_account_active on public.user_account (active);
create view public.active_user as select id, email from public.user_account where active;
