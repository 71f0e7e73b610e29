create table public.plate (id integer primary key, country text, number text, retired date);
create unique index plate_number on public.plate (country, number);
create unique index plate_retired on public.plate (number, retired) nulls not distinct;
create unique index plate_kept on public.plate (id, retired) nulls not distinct where number is null;
