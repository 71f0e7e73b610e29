-- Indexes become unique or lose it, gain, change or lose a predicate, under their old names.
create table public.account (
    id integer primary key,
    email text not null,
    deleted_at timestamptz,
    region text not null default 'eu'
);
create unique index account_email on public.account (email) where deleted_at is null;
create unique index account_region on public.account (region, id) where region <> 'eu' and deleted_at is null;
create index account_deleted on public.account (deleted_at);
create index account_kept on public.account (email, region) where deleted_at is null;
