-- A table is named as another table's array type, and a type as the array of an older table; arrays of both are stored.
create table public.item (id integer primary key);
create table public._item (id integer primary key);
create table public._thing (id integer primary key, note text);
create type public.thing as enum ('a');
create table public.holder (id integer primary key, list integer[], items public.item[], others public._item[], things public.thing[]);
