create table public.person (id integer primary key, first text not null, last text not null, active boolean not null default true);
create table public.active_person (id integer primary key, full_name text);
create index active_person_name_idx on public.active_person (full_name);
create view public.active_count as select count(*) as n from public.active_person;
create function public.active_names() returns setof public.active_person
    language sql stable
    as 'select * from public.active_person order by full_name';
comment on table public.active_person is 'kept by hand';
