create domain public.level as integer constraint level_range check (value between 0 and 99);
create type public.levels as range (subtype = public.level);
create table public.house (id integer primary key, levels public.levels);
create function public.floors(l public.levels) returns integer language sql immutable as 'select upper(l) - lower(l)';
