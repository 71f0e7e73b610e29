-- The oldest partition goes, two come, one of them with open end; keys and indexes follow.
create table public.measure (
    id bigint not null,
    at date not null,
    value real,
    constraint measure_pk primary key (id, at)
) partition by range (at);
create table public.measure_2023 partition of public.measure for values from ('2023-01-01') to ('2024-01-01');
create table public.measure_2024 partition of public.measure for values from ('2024-01-01') to ('2025-01-01');
create table public.measure_later partition of public.measure for values from ('2025-01-01') to (maxvalue);
create index measure_value on public.measure (value);
create view public.measure_max as select max(value) as largest from public.measure;
