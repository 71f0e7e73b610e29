-- An attribute of a stored composite type has another name.
create type public.place as (street text, city text);
create table public.shop (id integer primary key, place public.place);
create view public.shop_town as select id, (place).city as town from public.shop;
create domain public.named_place as public.place constraint has_town check ((value).city is not null);
