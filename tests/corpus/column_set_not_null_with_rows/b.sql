-- Two filled columns become not null, a third one gives it up; one default goes.
create table public.account (
    id integer primary key,
    email text not null,
    created_at timestamptz not null default '2020-01-01 00:00+00',
    closed_at timestamptz
);
create view public.account_email as select id, email from public.account;
create unique index account_email_key on public.account (email);
