create extension pg_trgm;
create table public.t (id integer primary key);
