create type public.first_kind as enum ('a', 'b');
create domain public.second_kind as text constraint second_filled check (value <> '');
create type public.third_kind as (x integer, y integer);
create type public.fourth_kind as range (subtype = integer);
create table public.user_of_kinds (id integer primary key, one public.first_kind, two public.second_kind);
create function public.third_x(t public.third_kind) returns integer language sql immutable as 'select (t).x';
