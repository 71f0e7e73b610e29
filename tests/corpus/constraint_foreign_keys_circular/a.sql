create table public.anchor (id integer primary key);
