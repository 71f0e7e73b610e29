-- the expressions of statistics change, and one that only stood on a dropped column is gone
create function norm(t text) returns text language sql immutable as $$ select lower(t) $$;
create table logs (at timestamp not null, level integer not null);
create statistics by_day on (date_trunc('month', at)) from logs;
create statistics day_level (mcv, ndistinct) on (date_trunc('day', at)), level from logs;
create statistics normed on norm(level::text), (level % 10), at from logs;
