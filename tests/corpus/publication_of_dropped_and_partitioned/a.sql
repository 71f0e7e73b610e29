do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create table old_events (id integer primary key);
create table events (id integer not null, day date not null, primary key (id, day)) partition by range (day);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create publication flow for table old_events, events with (publish_via_partition_root = true);
create publication part_only for table events_2024;
alter publication flow owner to nself_corpus_owner;
