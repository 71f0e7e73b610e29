-- The partitions' indexes have other names of their own, the parent's definition changes, and one more is attached by name.
create table public.trip (id integer not null, day date not null, km integer) partition by range (day);
create table public.trip_a partition of public.trip for values from ('2023-01-01') to ('2024-01-01');
create table public.trip_b partition of public.trip for values from ('2024-01-01') to ('2025-01-01');
create index trip_km on only public.trip (km desc);
create index far_away_in_2023 on public.trip_a (km desc);
create index far_away_later on public.trip_b (km desc) with (fillfactor = 70);
alter index public.trip_km attach partition public.far_away_in_2023;
alter index public.trip_km attach partition public.far_away_later;
create index trip_day on only public.trip (day);
create index first_days on public.trip_a (day);
create index trip_b_day_idx on public.trip_b (day);
alter index public.trip_day attach partition public.first_days;
alter index public.trip_day attach partition public.trip_b_day_idx;
