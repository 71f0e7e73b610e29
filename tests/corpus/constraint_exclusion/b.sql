-- Exclusion constraints change operator, predicate, method and whether they can be deferred.
create table public.shift (
    id integer primary key,
    during int4range not null,
    room box,
    active boolean not null default true,
    constraint shift_no_overlap exclude using gist (during with &&, room with &&) deferrable initially deferred,
    constraint shift_rooms exclude using gist (room with ~=) where (active and id > 0)
);
create table public.badge (
    number integer,
    constraint badge_once exclude using hash (number with =)
);
create table public.kept (p circle, constraint kept_apart exclude using gist (p with &&) deferrable);
