create table public.item (id integer primary key);
create table public._thing (id integer primary key, note text);
create table public.holder (id integer primary key, list integer[]);
