create table public.parent (id integer primary key, region text, city text);
create table public.child () inherits (public.parent);
alter table public.parent alter column region set (n_distinct = 50);
alter table public.parent alter column city set (n_distinct = -0.5, n_distinct_inherited = -0.25);
alter table public.child alter column city set (n_distinct = 7);
