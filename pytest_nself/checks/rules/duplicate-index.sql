-- rule: duplicate-index
-- severity: warning
-- checks: schema
-- title: Two indexes that are the same
-- why: Every write keeps both up to date, both take room in memory and on disk, and no query needs the second.
-- message: {schema}.{part}, an index of {schema}.{name}, is the same as {same_as}{_more}.
-- remedy: {fix}
-- fix: drop index{_concurrently!s} {schema}.{part}
-- bad:
--   create table visits (id bigint primary key, page text not null unique);
--   create index visits_by_page on visits (page);
-- good:
--   create table visits (id bigint primary key, page text not null unique);
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
), ranked as (
    -- In this order one is kept: first what cannot be dropped, then what promises more.
    select
        indexes.*,
        pg_catalog.row_number() over (
            partition by indexes.indrelid, indexes.relam, indexes.keys, indexes.included, indexes.predicate
            order by
                indexes.has_constraint desc,
                indexes.is_identity desc,
                indexes.is_unique desc,
                indexes.is_attached desc,
                indexes.part collate "C"
        ) as rank
    from indexes
)
select
    'index' as kind,
    spare.schema,
    spare.name,
    spare.part,
    kept.part as same_as,
    case when kept.is_unique and not spare.is_unique then ', which is unique as well' end as "_more",
    case when spare.is_partitioned then '' else ' concurrently' end as "_concurrently"
from ranked as spare
cross join lateral (
    select other.part, other.is_unique
    from ranked as other
    where other.indrelid = spare.indrelid
        and other.relam = spare.relam
        and other.keys = spare.keys
        and other.included = spare.included
        and other.predicate = spare.predicate
        and other.rank < spare.rank
        -- A unique one is spare only beside one that forbids as much.
        and (
            not spare.is_unique
            or (
                other.is_unique
                and other.nulls_are_equal = spare.nulls_are_equal
                and other.is_immediate >= spare.is_immediate
            )
        )
    order by other.rank
    limit 1
) as kept
where not spare.has_constraint and not spare.is_identity and not spare.is_attached
order by spare.schema collate "C", spare.name collate "C", spare.part collate "C"
