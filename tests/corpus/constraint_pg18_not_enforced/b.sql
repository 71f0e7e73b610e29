-- A foreign key and a check are no longer enforced, another check is from now on.
create table public.supplier (id integer primary key);
create table public.part (
    id integer primary key,
    supplier_id integer constraint part_supplier references public.supplier not enforced,
    weight integer constraint part_weight check (weight > 0) not enforced,
    price integer constraint part_price check (price > 0)
);
