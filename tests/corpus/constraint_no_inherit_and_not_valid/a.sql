create table public.asset (id integer, price integer, region text);
create table public.building () inherits (public.asset);
alter table public.asset add constraint asset_price check (price > 0) no inherit;
alter table public.asset add constraint asset_region check (region <> '');
alter table public.asset add constraint asset_id check (id > 0) not valid;
create table public.lease (id integer primary key, asset_id integer);
create table public.registry (id integer primary key);
alter table public.lease add constraint lease_asset foreign key (asset_id) references public.registry not valid;
