create table public.shop (id integer primary key);
create table public.orders (id integer not null, day date not null, shop_id integer, primary key (id, day)) partition by range (day);
create table public.orders_old partition of public.orders for values from (minvalue) to ('2024-01-01');
create table public.orders_new partition of public.orders for values from ('2024-01-01') to (maxvalue);
create table public.parcel (id integer primary key, order_id integer, order_day date);
alter table public.orders_old add constraint orders_old_shop foreign key (shop_id) references public.shop;
