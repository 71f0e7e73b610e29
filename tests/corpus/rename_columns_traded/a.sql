create table public.fix (id integer primary key, lat numeric(9, 6) not null, lon numeric(9, 6) not null, note text);
create unique index fix_position on public.fix (lat, lon);
create view public.fix_north as select id, lat from public.fix where lat > 0;
