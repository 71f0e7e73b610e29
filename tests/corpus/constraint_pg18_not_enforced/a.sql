create table public.supplier (id integer primary key);
create table public.part (
    id integer primary key,
    supplier_id integer constraint part_supplier references public.supplier,
    weight integer constraint part_weight check (weight > 0),
    price integer constraint part_price check (price > 0) not enforced
);
