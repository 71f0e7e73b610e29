create table public.reading (
    sensor integer not null,
    at timestamptz not null,
    value real,
    constraint reading_key primary key (sensor, at)
) with (fillfactor = 90);
create table public.alarm (
    id integer primary key,
    sensor integer not null,
    at timestamptz not null,
    constraint alarm_reading foreign key (sensor, at) references public.reading
);
alter table public.reading cluster on reading_key;
