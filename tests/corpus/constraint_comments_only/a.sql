create table public.lamp (
    id integer constraint lamp_pk primary key,
    watt integer constraint lamp_watt check (watt < 1000),
    room integer,
    span int4range,
    constraint lamp_room unique (room),
    constraint lamp_span exclude using gist (span with &&)
);
create table public.switch (lamp_id integer constraint switch_lamp references public.lamp);
comment on constraint lamp_watt on public.lamp is 'fire!';
comment on constraint switch_lamp on public.switch is 'to the lamp';
