create function norm(t text) returns text language sql immutable as $$ select lower(t) $$;
create table logs (at timestamp not null, level integer not null, line text);
create statistics by_day on (date_trunc('day', at)) from logs;
create statistics day_level (mcv) on (date_trunc('day', at)), level from logs;
create statistics normed on norm(line), (level % 10), at from logs;
