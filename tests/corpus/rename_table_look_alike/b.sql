-- The table "user_account" is called "member"; everything else on it is the same, the server's names follow.
create table public.member (
    id bigint generated always as identity primary key,
    email text not null unique,
    active boolean not null default true
);
create table public.login (
    id bigint generated always as identity primary key,
    user_id bigint not null references public.member on delete cascade,
    at timestamptz not null
);
create index member_active on public.member (active);
create view public.active_user as select id, email from public.member where active;
