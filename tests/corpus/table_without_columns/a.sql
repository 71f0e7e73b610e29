create table public.empty ();
create table public.hollow (a integer);
alter table public.hollow drop column a;
create table public.full_one (a integer, b text);
comment on table public.empty is 'nothing in it';
