create table public.shipment (
    id integer primary key,
    code text not null,
    packed_at boolean not null default false
);
create index shipment_packed_idx on public.shipment (packed_at);
create view public.packed as select id, code from public.shipment where packed_at;
create table public.other (id integer primary key, packed_at boolean);
