create table public.shift (
    id integer primary key,
    during int4range not null,
    room box,
    active boolean not null default true,
    constraint shift_no_overlap exclude using gist (during with &&),
    constraint shift_rooms exclude using gist (room with &&) where (active)
);
create table public.badge (
    number integer,
    constraint badge_once exclude using btree (number with =)
);
create table public.kept (p circle, constraint kept_apart exclude using gist (p with &&) deferrable);
