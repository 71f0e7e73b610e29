-- Objects whose names differ in case only: just the capital ones change.
create table public.users (id integer primary key, name text, "Name" varchar(20));
create table public."Users" (id integer primary key, name bigint, "NAME" text);
create index users_name on public.users (name);
create unique index "Users_name" on public."Users" (name);
create function public.get(integer) returns integer language sql as 'select $1';
create function public."Get"(integer) returns integer language sql as 'select $1 + 2';
