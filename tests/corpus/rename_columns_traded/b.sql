-- Two columns of the same type have traded names: by position they are renamed, by name they have only moved.
create table public.fix (id integer primary key, lon numeric(9, 6) not null, lat numeric(9, 6) not null, note text);
create unique index fix_position on public.fix (lat, lon);
create view public.fix_north as select id, lat from public.fix where lat > 0;
