-- The hand-kept table "active_person" becomes a view of the same name and row type, under what reads it.
create table public.person (id integer primary key, first text not null, last text not null, active boolean not null default true);
create view public.active_person as
    select id, first || ' ' || last as full_name from public.person where active;
create view public.active_count as select count(*) as n from public.active_person;
create function public.active_names() returns setof public.active_person
    language sql stable
    as 'select * from public.active_person order by full_name';
comment on view public.active_person is 'derived';
