-- rule: redundant-index
-- severity: info
-- checks: schema
-- title: An index that a unique one begins with
-- why: A query that could use the shorter index can use the unique one, and every write keeps both up to date. The shorter
--   one is smaller, which may be worth it on a large table: measure before you drop it.
-- message: {schema}.{part}, an index of {schema}.{name}, is the beginning of {within}, which is unique.
-- remedy: drop index{_concurrently}, if no query is slower without it
-- bad:
--   create table visits (page text, day date, primary key (page, day));
--   create index visits_by_page on visits (page);
-- good:
--   create table visits (page text, day date, primary key (page, day));
--   create index visits_by_day on visits (day);
with indexes as (
    select
        n.nspname::text as schema,
        c.relname::text as name,
        x.relname::text as part,
        i.indrelid,
        x.relam,
        x.relkind = 'I' as is_partitioned,
        i.indisunique as is_unique,
        i.indimmediate as is_immediate,
        i.indnullsnotdistinct as nulls_are_equal,
        i.indisreplident as is_identity,
        x.relispartition as is_attached,
        exists (select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid) as has_constraint,
        i.indnkeyatts as width,
        -- One text for each column that is searched by: the column or expression, its opclass, collation and order.
        array(
            select pg_catalog.concat_ws(
                ' ',
                pg_catalog.pg_get_indexdef(i.indexrelid, at.number + 1, false),
                i.indclass[at.number],
                i.indcollation[at.number],
                i.indoption[at.number]
            )
            from pg_catalog.generate_series(0, i.indnkeyatts - 1) as at (number)
            order by at.number
        ) as keys,
        array(
            select a.attname::text
            from pg_catalog.generate_series(i.indnkeyatts::integer, i.indnatts - 1) as at (number)
            join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[at.number]
            order by a.attname
        ) as included,
        coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '') as predicate
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as x on x.oid = i.indexrelid
    join pg_catalog.pg_class as c on c.oid = i.indrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where i.indisvalid
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
    spare.schema,
    spare.name,
    spare.part,
    kept.part as within,
    case when spare.is_partitioned then '' else ' concurrently' end as "_concurrently"
from indexes as spare
cross join lateral (
    select other.part
    from indexes as other
    join pg_catalog.pg_am as am on am.oid = other.relam and am.amname = 'btree'
    where other.indrelid = spare.indrelid
        and other.relam = spare.relam
        and other.is_unique
        and other.width > spare.width
        and other.keys[1 : spare.width] = spare.keys
        and other.included @> spare.included
        and other.predicate = spare.predicate
    order by other.width, other.part collate "C"
    limit 1
) as kept
where not spare.is_unique and not spare.has_constraint and not spare.is_attached
order by spare.schema collate "C", spare.name collate "C", spare.part collate "C"
