-- A plain table becomes a partitioned one of the same name, with two partitions; its view stays.
create sequence public.metric_number;
create table public.metric (id bigint not null default nextval('public.metric_number'), at timestamptz not null, value real, constraint metric_pkey primary key (id, at)) partition by range (at);
create table public.metric_past partition of public.metric for values from (minvalue) to ('2024-01-01 00:00+00');
create table public.metric_now partition of public.metric for values from ('2024-01-01 00:00+00') to (maxvalue);
create index metric_at on public.metric (at);
create view public.metric_last as select max(at) as at from public.metric;
create table public.kept (id integer primary key);
