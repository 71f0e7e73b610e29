-- Domain, enum, composite, nested composite, functions, aggregate, default, view and index: the domain at the bottom becomes bigint.
create domain public.positive as bigint constraint positive_check check (value > 0);
create type public.unit as enum ('mm', 'cm', 'm');
create type public.length as (amount public.positive, unit public.unit);
create type public.box as (width public.length, height public.length);
create function public.in_mm(l public.length) returns bigint language sql immutable as $$ select (l).amount * case (l).unit when 'm' then 1000 when 'cm' then 10 else 1 end $$;
create table public.parcel (id integer primary key, box public.box, rim public.length default row(1, 'mm')::public.length);
create function public.area(b public.box) returns bigint language sql immutable as 'select public.in_mm((b).width) * public.in_mm((b).height)';
create view public.parcel_area as select id, public.area(box) as area from public.parcel;
create index parcel_area_idx on public.parcel (public.area(box));
create function public.longer(a public.length, b public.length) returns public.length language sql immutable strict as 'select case when public.in_mm(a) < public.in_mm(b) then b else a end';
create aggregate public.longest(public.length) (sfunc = public.longer, stype = public.length);
