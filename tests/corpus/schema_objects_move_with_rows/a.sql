create schema archive;

create table public.event (
    id bigint generated always as identity primary key,
    kind text not null,
    at timestamptz not null
);
create index event_at_idx on public.event (at desc);
create view public.recent_event as select id, kind from public.event where at > '2020-01-01';
