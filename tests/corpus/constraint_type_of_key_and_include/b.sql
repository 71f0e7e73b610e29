-- The referenced, clustered primary key includes a column, has its own fill factor and another name.
create table public.reading (
    sensor integer not null,
    at timestamptz not null,
    value real,
    constraint reading_pk primary key (sensor, at) include (value) with (fillfactor = 80)
) with (fillfactor = 90);
create table public.alarm (
    id integer primary key,
    sensor integer not null,
    at timestamptz not null,
    constraint alarm_reading foreign key (sensor, at) references public.reading
);
alter table public.reading cluster on reading_pk;
