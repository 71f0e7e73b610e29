create table public.account (
    id integer primary key,
    email text not null,
    deleted_at timestamptz,
    region text not null default 'eu'
);
create unique index account_email on public.account (email);
create index account_region on public.account (region) where region <> 'eu';
create index account_deleted on public.account (deleted_at) where deleted_at is not null;
create index account_kept on public.account (email, region) where deleted_at is null;
