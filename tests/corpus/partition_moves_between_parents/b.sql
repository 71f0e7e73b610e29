-- A partition leaves one partitioned table for another in a second schema, its own name and schema stay.
create schema archive;
create table public.tick (id integer not null, day date not null, primary key (id, day)) partition by range (day);
create table archive.tick (id integer not null, day date not null, primary key (id, day)) partition by range (day);
create table public.tick_2021 partition of archive.tick for values from ('2021-01-01') to ('2022-01-01');
create table public.tick_2022 partition of public.tick for values from ('2022-01-01') to ('2023-01-01');
create table archive.tick_2020 partition of archive.tick for values from ('2020-01-01') to ('2021-01-01');
