create table public.person (
    id integer primary key,
    last text not null,
    born date
);
create view public.person_name as select id, last from public.person;
create index person_last_idx on public.person (last);
