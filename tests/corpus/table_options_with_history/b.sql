-- The same table made at one go instead of by steps, plus an option and a comment: dropped columns leave no trace to compare.
create table public.parcel (
    id integer primary key,
    weight integer,
    depth integer,
    height integer
) with (fillfactor = 90);
comment on column public.parcel.height is 'in millimetres';
create view public.heavy as select id from public.parcel where weight > 100;
create table public.label (parcel_id integer references public.parcel, text text);
