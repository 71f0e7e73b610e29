-- What must be unique in these tables, and what excludes each other; a part that is no plain column has no name.
select
    i.indrelid::int8 as table, c.relname::text as name,
    i.indisprimary as primary, i.indisexclusion as exclusion, i.indnullsnotdistinct as nulls_not_distinct,
    (
        select pg_catalog.array_agg(a.attname::text order by u.place)
        from pg_catalog.unnest(i.indkey::int2[]) with ordinality as u (number, place)
        left join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.number and u.number <> 0
        where u.place <= i.indnkeyatts
    ) as columns,
    (
        select pg_catalog.array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, u.place::int4, true) order by u.place)
        from pg_catalog.generate_series(1, i.indnkeyatts) as u (place)
    ) as expressions,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid) as predicate,
    k.conname is not null as constraint,
    case when k.condeferrable then case when k.condeferred then 'initially deferred' else 'deferrable' end end as deferrable,
    coalesce((
        select pg_catalog.array_agg(o.oprname::text order by u.place)
        from pg_catalog.unnest(k.conexclop) with ordinality as u (oid, place)
        join pg_catalog.pg_operator as o on o.oid = u.oid
    ), '{}') as operators,
    case when k.oid is null then pg_catalog.pg_get_indexdef(i.indexrelid) else pg_catalog.pg_get_constraintdef(k.oid) end
        as definition
from pg_catalog.pg_index as i
join pg_catalog.pg_class as c on c.oid = i.indexrelid
left join pg_catalog.pg_constraint as k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
where i.indrelid = any ($1::pg_catalog.oid[]) and i.indisready and (i.indisunique or i.indisexclusion)
order by i.indrelid, not i.indisprimary, k.conname is null, c.relname
