-- Each name is taken by a type of another kind: enum to domain, domain to enum, composite to range, range to composite.
create domain public.first_kind as text constraint first_known check (value in ('a', 'b'));
create type public.second_kind as enum ('a', 'b');
create type public.third_kind as range (subtype = integer);
create type public.fourth_kind as (x integer, y integer);
create table public.user_of_kinds (id integer primary key, one public.first_kind, two public.second_kind);
create function public.third_x(t public.third_kind) returns integer language sql immutable as 'select lower(t)';
