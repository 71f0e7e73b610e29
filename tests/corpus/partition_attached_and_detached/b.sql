-- A partition is detached and lives on alone, a table that stood alone is attached; both keep their rows and index names.
create table public.reading (sensor integer not null, day date not null, value real, constraint reading_key primary key (sensor, day)) partition by range (day);
create table public.reading_2022 (sensor integer not null, day date not null, value real, constraint reading_2022_pkey primary key (sensor, day));
create index reading_2022_value_idx on public.reading_2022 (value);
create table public.reading_2023 partition of public.reading for values from ('2023-01-01') to ('2024-01-01');
create index reading_value on public.reading (value);
