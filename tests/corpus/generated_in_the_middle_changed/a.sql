create table public.circle (
    id integer primary key,
    radius integer not null,
    area integer generated always as (radius * radius * 3) stored,
    colour text
);
create view public.large as select id from public.circle where area > 100;
