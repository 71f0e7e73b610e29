do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create function clamp(v integer, lo integer, hi integer) returns integer language sql immutable as $$ select least(greatest(v, lo), hi) $$;
grant execute on function clamp(integer, integer, integer) to nself_corpus_app;
comment on function clamp(integer, integer, integer) is 'into the limits';
create table volumes (id integer primary key, level integer not null, constraint level_clamped check (level = clamp(level, 0, 11)));
create view quiet as select id, clamp(lo => 0, v => level, hi => 3) as level from volumes;
