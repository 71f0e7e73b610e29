create table public.trip (id integer not null, day date not null, km integer) partition by range (day);
create table public.trip_a partition of public.trip for values from ('2023-01-01') to ('2024-01-01');
create table public.trip_b partition of public.trip for values from ('2024-01-01') to ('2025-01-01');
create index trip_km on only public.trip (km);
create index far_away_in_2023 on public.trip_a (km);
create index far_away_in_2024 on public.trip_b (km);
alter index public.trip_km attach partition public.far_away_in_2023;
alter index public.trip_km attach partition public.far_away_in_2024;
create index trip_day on public.trip (day);
