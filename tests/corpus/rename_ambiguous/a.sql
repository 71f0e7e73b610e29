create table public.first_name (id integer primary key, value text not null);
create table public.last_name (id integer primary key, value text not null);
create table public.kept (id integer primary key, value text not null);
