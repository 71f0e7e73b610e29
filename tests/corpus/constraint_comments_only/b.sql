-- Only comments on constraints of each kind change.
create table public.lamp (
    id integer constraint lamp_pk primary key,
    watt integer constraint lamp_watt check (watt < 1000),
    room integer,
    span int4range,
    constraint lamp_room unique (room),
    constraint lamp_span exclude using gist (span with &&)
);
create table public.switch (lamp_id integer constraint switch_lamp references public.lamp);
comment on constraint lamp_pk on public.lamp is 'key';
comment on constraint lamp_room on public.lamp is 'one per room';
comment on constraint lamp_span on public.lamp is 'no overlap';
comment on constraint switch_lamp on public.switch is 'to "the" lamp';
