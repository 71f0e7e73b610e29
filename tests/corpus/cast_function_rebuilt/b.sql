-- the function under a cast gets another argument name: cast, view and index over it are rebuilt
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create type point3 as (x integer, y integer, z integer);
create function point3_text(of_point point3) returns text language sql immutable as $$ select (of_point).x || ',' || (of_point).y || ',' || (of_point).z $$;
create cast (point3 as text) with function point3_text(point3) as assignment;
alter function point3_text(point3) owner to nself_corpus_owner;
create table stars (id integer primary key, at point3 not null, label text not null default 'x');
create view star_labels as select id, at::text as label from stars;
create index stars_at_idx on stars ((at::text));
