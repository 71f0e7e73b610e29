-- rule: fk-without-index
-- severity: warning
-- checks: fk_index
-- title: A foreign key without an index
-- why: Each row that is deleted from the referenced table, or gets another key, makes PostgreSQL look for the rows that
--   refer to it. Without an index it reads the whole referring table each time, and holds its locks as long.
-- message: The foreign key {part} of {schema}.{name} has no index that begins with its columns ({columns}){_where}.
-- remedy: {fix}{_instead}
-- fix: create index{_concurrently!s} on {schema}.{name} ({columns})
-- bad:
--   create table parent (id bigint primary key);
--   create table child (id bigint primary key, parent_id bigint references parent);
-- good:
--   create table parent (id bigint primary key);
--   create table child (id bigint primary key, parent_id bigint references parent);
--   create index on child (parent_id);
with keys as (
    select
        k.oid,
        k.conrelid,
        k.conname::text as part,
        n.nspname::text as schema,
        c.relname::text as name,
        c.relkind,
        -- A key over periods; the column is there from PostgreSQL 18 on.
        coalesce((pg_catalog.to_jsonb(k) ->> 'conperiod')::boolean, false) as has_period,
        array(
            select a.attname::text
            from pg_catalog.unnest(k.conkey) with ordinality as one (attnum, number)
            join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = one.attnum
            order by one.number
        ) as columns
    from pg_catalog.pg_constraint as k
    join pg_catalog.pg_class as c on c.oid = k.conrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where k.contype = 'f'
        -- What a partition has from its parent is the parent's.
        and k.conparentid = 0
        -- Nothing is looked up for one that is not enforced.
        and coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::boolean, true)
        and n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema'
        and n.nspname <> all (
            /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
        )
        and not exists (
            select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        )
), stores as (
    -- Where the rows are: in a partitioned table's partitions, each of which may have an index of its own.
    select keys.*, coalesce(leaf.relid, keys.conrelid) as store, leaf.partition
    from keys
    left join lateral (
        select c.oid as relid, pg_catalog.concat(n.nspname, '.', c.relname) as partition
        from pg_catalog.pg_partition_tree(keys.conrelid) as tree
        join pg_catalog.pg_class as c on c.oid = tree.relid
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where tree.isleaf and c.relkind <> 'f'
    ) as leaf on keys.relkind = 'p'
), bare as (
    select stores.*
    from stores
    where not exists (
        select
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as c on c.oid = i.indexrelid
        join pg_catalog.pg_am as am on am.oid = c.relam
        where i.indrelid = stores.store
            and i.indisvalid
            and i.indnkeyatts >= pg_catalog.cardinality(stores.columns)
            and (
                am.amname = 'btree'
                or (am.amname = 'hash' and pg_catalog.cardinality(stores.columns) = 1)
                or (am.amname = 'gist' and stores.has_period)
            )
            -- By name: a partition may number its columns otherwise than its parent.
            and stores.columns <@ array(
                select a.attname::text
                from pg_catalog.generate_series(0, pg_catalog.cardinality(stores.columns) - 1) as at (number)
                join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[at.number]
            )
            -- The lookup has `column = $1`, which no row without a value fulfils; any other predicate it does not imply.
            and (
                i.indpred is null
                or pg_catalog.pg_get_expr(i.indpred, i.indrelid) in (
                    select pg_catalog.format('(%I IS NOT NULL)', one.name)
                    from pg_catalog.unnest(stores.columns) as one (name)
                )
            )
    )
), told as (
    select
        bare.oid,
        bare.conrelid,
        bare.schema,
        bare.name,
        bare.part,
        bare.columns,
        bare.relkind,
        pg_catalog.string_agg(bare.partition, ', ' order by bare.partition collate "C") as partitions,
        -- One index serves all keys of the same columns.
        pg_catalog.first_value(bare.part) over (
            partition by bare.conrelid, array(select one from pg_catalog.unnest(bare.columns) as one order by one)
            order by bare.part collate "C"
        ) as first
    from bare
    group by bare.oid, bare.conrelid, bare.schema, bare.name, bare.part, bare.columns, bare.relkind
)
select
    'constraint' as kind,
    told.schema,
    told.name,
    told.part,
    told.columns,
    -- PostgreSQL builds no index of a partitioned table concurrently.
    case when told.part = told.first then case when told.relkind = 'p' then '' else ' concurrently' end end
        as "_concurrently",
    ' in ' || told.partitions as "_where",
    case when told.part <> told.first then 'the index for ' || told.first || ' serves it too' end as "_instead"
from told
order by told.schema collate "C", told.name collate "C", told.part collate "C"
