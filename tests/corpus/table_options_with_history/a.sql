create table public.parcel (
    id integer primary key,
    weight integer,
    scratch text,
    depth integer
);
alter table public.parcel drop column scratch;
alter table public.parcel add column height integer;
create view public.heavy as select id from public.parcel where weight > 100;
create table public.label (parcel_id integer references public.parcel, text text);
