-- Columns of a view and of a materialized view have other names and another order, below another view.
create table public.person (id integer primary key, first text, last text, born date);
create view public.person_view as select id, last as surname, first as forename from public.person;
create view public.person_over as select id, forename || ' ' || surname as whole from public.person_view;
create materialized view public.person_mat as select id as person_id, born as birthday from public.person;
create index person_mat_born on public.person_mat (birthday);
