-- The index a table is clustered on is another, a second table gets one; no index itself changes.
create table public.reading (
    id integer primary key,
    sensor integer not null,
    at timestamptz not null
);
create index reading_sensor_at on public.reading (sensor, at);
create index reading_at on public.reading (at);
alter table public.reading cluster on reading_sensor_at;

create table public.station (id integer constraint station_pk primary key, name text);
alter table public.station cluster on station_pk;
create table public.kept (id integer constraint kept_pk primary key);
alter table public.kept cluster on kept_pk;
