-- n_distinct options change on a parent and its child; one is taken back.
create table public.parent (id integer primary key, region text, city text);
create table public.child () inherits (public.parent);
alter table public.parent alter column region set (n_distinct = 75);
alter table public.parent alter column city set (n_distinct = -0.5);
alter table public.child alter column region set (n_distinct_inherited = 3);
alter table public.child alter column city set (n_distinct = 7);
