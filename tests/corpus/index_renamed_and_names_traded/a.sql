create table public.crop (id integer primary key, field integer, year integer, kind text);
create index crop_by_field on public.crop (field);
create index crop_one on public.crop (year);
create index crop_two on public.crop (kind);
create index crop_kept on public.crop (field, year);
comment on index public.crop_by_field is 'fields';
