-- A schema "billing" with its own owner, comment, type, tables, view and function comes beside "app".
do $$ begin
    create role nself_corpus_billing;
exception when duplicate_object or unique_violation then null;
end $$;

create schema app;

create table app.account (
    id bigint generated always as identity primary key,
    email text not null unique
);

create function app.account_count() returns bigint
    language sql stable
    as 'select count(*) from app.account';

comment on schema app is 'what the application owns';

create schema billing authorization nself_corpus_billing;
comment on schema billing is 'invoices; "app" must not write here';

create type billing.state as enum ('draft', 'sent', 'paid');

create table billing.invoice (
    id bigint generated always as identity primary key,
    account_id bigint not null references app.account on delete restrict,
    state billing.state not null default 'draft',
    cents bigint not null check (cents >= 0)
);
alter table billing.invoice owner to nself_corpus_billing;

create view billing.open_invoice as
    select i.id, a.email, i.cents
    from billing.invoice i join app.account a on a.id = i.account_id
    where i.state <> 'paid';

create function billing.owed(account bigint) returns numeric
    language sql stable
    as $$ select coalesce(sum(cents), 0) / 100.0 from billing.open_invoice o join app.account a using (email) where a.id = account $$;
