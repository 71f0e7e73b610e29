-- The expression of a virtual generated column changes under a view, and the index beside it changes its order.
create table public.spot (id integer primary key, lat numeric, lon numeric, label text generated always as (lon || '/' || lat) virtual);
create index spot_pos on public.spot (lon, lat desc);
create view public.spot_label as select id, label from public.spot;
