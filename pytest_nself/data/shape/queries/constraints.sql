-- Checks and foreign keys of these tables.
select
    k.conrelid::int8 as table, k.conname::text as name, k.contype = 'f' as foreign_key,
    coalesce((
        select pg_catalog.array_agg(a.attname::text order by u.place)
        from pg_catalog.unnest(k.conkey) with ordinality as u (number, place)
        join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number
    ), '{}') as columns,
    nullif(k.confrelid, 0)::int8 as target,
    coalesce((
        select pg_catalog.array_agg(a.attname::text order by u.place)
        from pg_catalog.unnest(k.confkey) with ordinality as u (number, place)
        join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.number
    ), '{}') as target_columns,
    k.confmatchtype = 'f' as match_full,
    case when k.condeferrable then case when k.condeferred then 'initially deferred' else 'deferrable' end end as deferrable,
    k.convalidated as validated,
    case when k.contype = 'c' then pg_catalog.pg_get_expr(k.conbin, k.conrelid) end as expression,
    pg_catalog.pg_get_constraintdef(k.oid) as definition
from pg_catalog.pg_constraint as k
where
    k.conrelid = any ($1::pg_catalog.oid[])
    and (k.contype = 'c' or k.contype = 'f' and (
        -- A key onto a partitioned table has a copy for each partition there, which is none of the writer's business.
        k.conparentid = 0 or not exists (
            select from pg_catalog.pg_constraint as p where p.oid = k.conparentid and p.conrelid = k.conrelid
        )
    ))
order by k.conrelid, k.contype, k.conname
