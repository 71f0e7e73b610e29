create table public.spot (id integer primary key, lat numeric, lon numeric, label text generated always as (lat || '/' || lon) virtual);
create index spot_pos on public.spot (lat, lon);
create view public.spot_label as select id, label from public.spot;
