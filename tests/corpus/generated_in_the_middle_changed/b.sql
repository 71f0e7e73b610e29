-- The expression of a generated column in the middle changes; servers before 17 can only drop and add it.
create table public.circle (
    id integer primary key,
    radius integer not null,
    area integer generated always as (radius * radius * 22 / 7) stored,
    colour text
);
create view public.large as select id from public.circle where area > 100;
