-- rule: table-without-primary-key
-- severity: warning
-- checks: schema
-- title: A table without a primary key
-- why: Nothing tells two equal rows apart, so that one of them could be changed or deleted alone. Logical replication
--   refuses updates of such a table, and tools that show or copy rows cannot address them.
-- message: {schema}.{name} has no primary key.
-- remedy: add one, over columns that tell rows apart, or an id: alter table … add column id bigint generated always as
--   identity primary key
-- bad:
--   create table visits (visited_at timestamptz not null, page text not null);
-- good:
--   create table visits (
--       id bigint generated always as identity primary key,
--       visited_at timestamptz not null,
--       page text not null
--   );
select 'table' as kind, n.nspname::text as schema, c.relname::text as name, null::text as part
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
    -- A partition has its parent's key, or is told with it.
    and not c.relispartition
    and not exists (select from pg_catalog.pg_constraint as k where k.conrelid = c.oid and k.contype = 'p')
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and n.nspname <> all (
        /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
    )
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname
