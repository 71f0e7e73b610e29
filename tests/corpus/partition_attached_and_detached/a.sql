create table public.reading (sensor integer not null, day date not null, value real, constraint reading_key primary key (sensor, day)) partition by range (day);
create table public.reading_2022 partition of public.reading for values from ('2022-01-01') to ('2023-01-01');
create table public.reading_2023 (sensor integer not null, day date not null, value real, constraint reading_2023_pkey primary key (sensor, day));
create index reading_value on public.reading (value);
create index reading_2023_value_idx on public.reading_2023 (value);
