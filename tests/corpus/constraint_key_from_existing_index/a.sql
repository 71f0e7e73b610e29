create table public.ticket (number integer not null, seat text not null, price numeric);
create unique index ticket_number on public.ticket (number) include (price);
create unique index ticket_seat on public.ticket (seat);
create table public.scan (ticket_number integer not null, at timestamptz not null);
