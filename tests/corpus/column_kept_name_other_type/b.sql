-- "packed_at" keeps its name but becomes a time: no cast leads from boolean to timestamptz.
create table public.shipment (
    id integer primary key,
    code text not null,
    packed_at timestamptz
);
create index shipment_packed_idx on public.shipment (packed_at);
create view public.packed as select id, code from public.shipment where packed_at is not null;
create table public.other (id integer primary key, packed_at boolean);
