create table public.users (id integer primary key, name text, "Name" text);
create table public."Users" (id integer primary key, name integer);
create index users_name on public.users (name);
create index "Users_name" on public."Users" (name);
create function public.get(integer) returns integer language sql as 'select $1';
create function public."Get"(integer) returns integer language sql as 'select $1 + 1';
