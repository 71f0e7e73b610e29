-- Two unique indexes become the primary key and a deferrable unique constraint; a foreign key comes on top.
create table public.ticket (number integer not null, seat text not null, price numeric,
    constraint ticket_number primary key (number) include (price),
    constraint ticket_seat unique (seat) deferrable);
create table public.scan (ticket_number integer not null references public.ticket (number), at timestamptz not null);
