-- Three types and everything that uses them go; one table stays.
create table public.kept (id integer primary key);
