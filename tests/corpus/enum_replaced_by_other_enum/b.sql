-- Columns change from one enum type to the other; both types stay.
create type public.old_kind as enum ('a', 'b', 'c');
create type public.new_kind as enum ('c', 'b', 'a', 'z');
create table public.thing (
    id integer primary key,
    kind public.new_kind not null default 'a',
    kinds public.new_kind[] not null default '{a}'
);
create index thing_kind on public.thing (kind);
create view public.thing_a as select id from public.thing where kind = 'a';
