-- The exclusion constraint of one partition becomes one of the partitioned table, and so of every partition.
create extension btree_gist;
create table public.stay (hotel integer not null, room integer not null, during daterange not null,
    constraint stay_free exclude using gist (hotel with =, room with =, during with &&)) partition by list (hotel);
create table public.stay_1 partition of public.stay for values in (1);
create table public.stay_2 partition of public.stay for values in (2);
create index stay_room on public.stay (room);
