-- Statistics targets of expression columns of indexes change, on a table's and a materialized view's index.
create table public.person (id integer primary key, name text not null, born date, doc jsonb);
create index person_lower on public.person (lower(name));
create index person_many on public.person (id, (doc ->> 'a'), (extract(year from born)));
alter index public.person_lower alter column 1 set statistics 800;
alter index public.person_many alter column 3 set statistics 60;
create materialized view public.person_age as select id, extract(year from born) as year from public.person;
create index person_age_year on public.person_age ((year * 2));
alter index public.person_age_year alter column 1 set statistics 250;
