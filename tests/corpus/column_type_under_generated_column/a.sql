create table public.box (
    id integer primary key,
    width integer not null,
    height integer not null,
    area integer generated always as (width * height) stored,
    wide boolean generated always as (width > height) stored
);
create index box_area_idx on public.box (area);
create view public.big_box as select id, area from public.box where area > 1000;
alter table public.box add constraint box_area_sane check (area < 100000000);
