create table public.calendar (day date primary key);
