-- A stored generated column becomes virtual and a virtual one stored, at the end of the table.
create table public.fare (
    id integer primary key,
    net integer not null,
    gross integer generated always as (net * 2) virtual,
    label text generated always as ('fare ' || id) stored
);
create view public.fare_gross as select id, gross, label from public.fare;
create table public.kept (a integer, b integer generated always as (a * 2) virtual);
