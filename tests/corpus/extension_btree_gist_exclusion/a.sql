create table public.room (id integer primary key);
create table public.booking (
    id integer primary key,
    room_id integer not null references public.room,
    during tsrange not null
);
create index booking_during_idx on public.booking using gist (during);
