-- Tables without columns gain some, and another loses all of its own.
create table public.empty (id integer primary key);
create table public.hollow (b text);
create table public.full_one ();
comment on table public.empty is 'nothing in it';
