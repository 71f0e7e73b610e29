-- btree_gist comes so that bookings of one room cannot overlap.
create extension btree_gist;

create table public.room (id integer primary key);
create table public.booking (
    id integer primary key,
    room_id integer not null references public.room,
    during tsrange not null,
    constraint booking_no_overlap exclude using gist (room_id with =, during with &&)
);
create index booking_during_idx on public.booking using gist (during);
