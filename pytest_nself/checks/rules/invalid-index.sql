-- rule: invalid-index
-- severity: error
-- checks: schema
-- title: An index that PostgreSQL does not use
-- why: Building it concurrently failed, or was interrupted. Queries do not use it, a unique one promises nothing, and
--   every write still pays for it.
-- message: {schema}.{part}, an index of {schema}.{name}, is invalid: {_because}.
-- remedy: {_remedy}
-- fix: {_verb!s} index concurrently {schema}.{part}
-- bad:
--   create table visits (id bigint primary key, page text) partition by range (id);
--   create table visits_low partition of visits for values from (0) to (1000);
--   create index visits_page on only visits (page);
-- good:
--   create table visits (id bigint primary key, page text) partition by range (id);
--   create table visits_low partition of visits for values from (0) to (1000);
--   create index visits_page on visits (page);
with invalid as (
    select
        n.nspname::text as schema,
        c.relname::text as name,
        x.relname::text as part,
        case
            when x.relkind = 'I' then 'attach'
            -- What `reindex concurrently` builds, and what it replaces.
            when x.relname ~ '_cc(new|old)[0-9]*$' then 'drop'
            else 'reindex'
        end as verb
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as x on x.oid = i.indexrelid
    join pg_catalog.pg_class as c on c.oid = i.indrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where not i.indisvalid
        -- One that is being built now.
        and not exists (
            select from pg_catalog.pg_stat_progress_create_index as p where p.index_relid = i.indexrelid
        )
        and n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema'
        and n.nspname <> all (
            /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
        )
        and not exists (
            select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        )
)
select
    'index' as kind,
    invalid.schema,
    invalid.name,
    invalid.part,
    case invalid.verb
        when 'attach' then 'not every partition has an index that is attached to it'
        when 'drop' then 'reindex concurrently has left it behind'
        else 'building it did not come to its end'
    end as "_because",
    case invalid.verb
        when 'attach'
        then 'create the index on each partition that lacks it, and attach it: alter index … attach partition …'
        when 'drop' then 'drop index concurrently, nothing needs it'
        else 'reindex index concurrently, after what stopped it is mended (a unique index: equal rows); or drop index'
            || ' concurrently and create it anew'
    end as "_remedy",
    nullif(invalid.verb, 'attach') as "_verb"
from invalid
order by invalid.schema collate "C", invalid.name collate "C", invalid.part collate "C"
