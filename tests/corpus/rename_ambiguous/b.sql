-- Two tables go and two of just the same form come: which came from which cannot be told.
create table public.given_name (id integer primary key, value text not null);
create table public.family_name (id integer primary key, value text not null);
create table public.kept (id integer primary key, value text not null);
