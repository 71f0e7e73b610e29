-- The expression of a generated column (the last one) changes below an index, a check, a comment and two views.
create table public.person (
    id integer primary key,
    first text not null,
    last text not null,
    full_name text generated always as (last || ', ' || first) stored
);
create index person_full_idx on public.person (full_name);
create view public.person_full as select id, full_name from public.person;
create view public.person_list as select string_agg(full_name, ', ' order by id) as names from public.person_full;
comment on column public.person.full_name is 'for letters';
alter table public.person add constraint person_full_filled check (full_name <> ' ');
