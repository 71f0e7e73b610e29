create table public.person (id integer primary key, first text, last text, born date);
create view public.person_view as select id, first, last from public.person;
create view public.person_over as select id, first || ' ' || last as whole from public.person_view;
create materialized view public.person_mat as select id, born from public.person;
create index person_mat_born on public.person_mat (born);
