-- rule: timestamp-without-time-zone
-- severity: warning
-- checks: schema
-- title: A timestamp without time zone
-- why: It holds what a clock on some wall showed, not when something happened. Two sessions with other time zones read
--   different moments from it, and an hour comes twice when summer time ends.
-- message: {schema}.{name}.{part} is a timestamp without time zone.
-- remedy: make it timestamptz, saying in which zone its values were written: alter table … alter column … type timestamptz
--   using … at time zone 'UTC'; that rewrites the table
-- bad:
--   create table visits (id bigint primary key, visited_at timestamp not null);
-- good:
--   create table visits (id bigint primary key, visited_at timestamptz not null);
with recursive types as (
    -- Arrays of it, and domains over either, however often.
    select t.oid
    from pg_catalog.pg_type as t
    where t.oid in ('pg_catalog.timestamp'::regtype, 'pg_catalog.timestamp[]'::regtype)
    union
    select t.oid
    from types
    join pg_catalog.pg_type as t on (t.typtype = 'd' and t.typbasetype = types.oid) or t.typelem = types.oid
)
select
    'column' as kind,
    n.nspname::text as schema,
    c.relname::text as name,
    a.attname::text as part,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as type
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p')
    and a.atttypid in (select types.oid from types)
    -- What a child has from its parent is the parent's.
    and a.attinhcount = 0
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and n.nspname <> all (
        /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
    )
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname, a.attnum
