-- The domain that a range is over changes its check, and a domain over the range comes.
create domain public.level as integer constraint level_range check (value between -9 and 99);
create type public.levels as range (subtype = public.level);
create domain public.upper_levels as public.levels constraint above_ground check (lower(value) >= 0);
create table public.house (id integer primary key, levels public.levels, attic public.upper_levels);
create function public.floors(l public.levels) returns integer language sql immutable as 'select upper(l) - lower(l)';
