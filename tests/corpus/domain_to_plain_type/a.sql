create domain public.price as numeric(10, 2) constraint price_positive check (value >= 0);
create domain public.gone as integer;
create table public.item (id integer primary key, price public.price not null, other numeric(10, 2), gone public.gone);
create view public.item_price as select id, price from public.item;
create materialized view public.dear as select id from public.item where price > 100;
