-- A domain check that was not valid is valid now, and another one comes as not valid.
create domain public.age as integer constraint age_sane check (value between 0 and 150);
create domain public.year as integer constraint year_sane check (value > 1000);
alter domain public.year add constraint year_modern check (value > 1900) not valid;
create table public.human (id integer primary key, age public.age, born public.year);
