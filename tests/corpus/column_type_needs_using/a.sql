create table public.import (
    id integer primary key,
    amount text not null default '0',
    happened text,
    ident text unique,
    payload text,
    active text not null default 'no',
    size integer
);
create view public.import_amount as select id, amount from public.import;
