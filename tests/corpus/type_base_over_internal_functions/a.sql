create table public.plain (id integer primary key, n integer);
