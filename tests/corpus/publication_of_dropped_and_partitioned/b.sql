-- a published table is gone, a new partition comes, replica identity and owner change
create table events (id integer not null, day date not null, primary key (id, day)) partition by range (day);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
alter table events_2024 replica identity full;
create publication flow for table events;
create publication part_only for table events_2024, events_2025;
