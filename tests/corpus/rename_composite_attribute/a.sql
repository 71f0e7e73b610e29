create type public.place as (street text, town text);
create table public.shop (id integer primary key, place public.place);
create view public.shop_town as select id, (place).town as town from public.shop;
create domain public.named_place as public.place constraint has_town check ((value).town is not null);
