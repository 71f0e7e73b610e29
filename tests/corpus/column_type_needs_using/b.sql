-- Text columns take types that no assignment cast leads to; their defaults stand in the way.
create table public.import (
    id integer primary key,
    amount integer not null default 0,
    happened timestamptz,
    ident uuid unique,
    payload jsonb,
    active boolean not null default false,
    size text
);
create view public.import_amount as select id, amount from public.import;
