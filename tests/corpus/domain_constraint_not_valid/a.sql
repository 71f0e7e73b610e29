create domain public.age as integer;
alter domain public.age add constraint age_sane check (value between 0 and 150) not valid;
create domain public.year as integer constraint year_sane check (value > 1000);
create table public.human (id integer primary key, age public.age, born public.year);
