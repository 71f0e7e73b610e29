-- argument names change; a check constraint and a view call it, one of them by name
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create function clamp(value integer, low integer, high integer) returns integer language sql immutable as $$ select least(greatest(value, low), high) $$;
grant execute on function clamp(integer, integer, integer) to nself_corpus_app;
comment on function clamp(integer, integer, integer) is 'into the limits';
create table volumes (id integer primary key, level integer not null, constraint level_clamped check (level = clamp(level, 0, 11)));
create view quiet as select id, clamp(low => 0, value => level, high => 3) as level from volumes;
