create table public.account (
    id integer primary key,
    email text,
    created_at timestamptz default '2020-01-01 00:00+00',
    closed_at timestamptz not null default 'infinity'
);
create view public.account_email as select id, email from public.account;
create unique index account_email_key on public.account (email);
