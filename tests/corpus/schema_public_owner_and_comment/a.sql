create table public.thing (id integer primary key);
