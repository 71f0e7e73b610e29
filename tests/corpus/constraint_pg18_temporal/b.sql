-- A plain unique becomes one without overlaps and a temporal foreign key comes.
create extension btree_gist;
create table public.contract (
    number integer not null,
    valid_at daterange not null,
    rate numeric not null,
    constraint contract_key primary key (number, valid_at without overlaps)
);
create table public.charge (
    id integer not null,
    contract_number integer,
    valid_at daterange not null,
    constraint charge_once unique (id, valid_at without overlaps),
    constraint charge_contract foreign key (contract_number, period valid_at) references public.contract (number, period valid_at)
);
