create table public.event (
    id bigint generated always as identity,
    day date not null,
    body text,
    primary key (id, day)
) partition by range (day);
create table public.event_2023 partition of public.event for values from ('2023-01-01') to ('2024-01-01');
create table public.event_2024 partition of public.event for values from ('2024-01-01') to ('2025-01-01');
create table public.plain (id integer not null, at date) partition by list (at);
create table public.plain_all partition of public.plain default;
