-- One column leaves the domain for its base type, another enters it; a second domain goes.
create domain public.price as numeric(10, 2) constraint price_positive check (value >= 0);
create table public.item (id integer primary key, price numeric(10, 2) not null, other public.price, gone integer);
create view public.item_price as select id, price from public.item;
create materialized view public.dear as select id from public.item where price > 100;
