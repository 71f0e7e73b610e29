-- A column "first" stands between two columns that are there already.
create table public.person (
    id integer primary key,
    first text,
    last text not null,
    born date
);
create view public.person_name as select id, last from public.person;
create index person_last_idx on public.person (last);
