-- Indexes and foreign keys of these tables that can be dropped and made again so that nothing of them is lost.
-- `kind`: `index`, `key` (an index with its constraint) or `reference`. What has anything that its definition does not
-- say (a tablespace, statistics targets, dependents, disabled triggers) is not listed and stays where it is.
with tables as (
    select c.oid from pg_catalog.pg_class as c
    where
        c.oid = any ($1::pg_catalog.oid[]) and c.relkind = 'r' and not c.relispartition and c.relpersistence = 'p'
        and pg_catalog.pg_has_role(c.relowner, 'USAGE')
        and not exists (select from pg_catalog.pg_inherits as h where c.oid in (h.inhrelid, h.inhparent))
        and not exists (
            select from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid and (not t.tgisinternal or t.tgenabled <> 'O')
        )
), "references" as (
    select k.* from pg_catalog.pg_constraint as k
    where
        k.contype = 'f' and k.conrelid in (select oid from tables) and k.conparentid = 0 and k.convalidated
        and not exists (
            select from pg_catalog.pg_trigger as t where t.tgconstraint = k.oid and t.tgenabled <> 'O'
        )
        and not exists (
            select from pg_catalog.pg_depend as d
            where d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.refobjid = k.oid
                and d.classid <> 'pg_catalog.pg_trigger'::pg_catalog.regclass
        )
)
select
    k.conrelid::int8 as table, 'reference' as kind, k.conname::text as name,
    pg_catalog.pg_get_constraintdef(k.oid) as definition, false as clustered,
    pg_catalog.obj_description(k.oid, 'pg_constraint') as comment, null::text as index_comment
from "references" as k
union all
select
    i.indrelid::int8, case when k.oid is null then 'index' else 'key' end, coalesce(k.conname, c.relname)::text,
    case when k.oid is null then pg_catalog.pg_get_indexdef(c.oid) else pg_catalog.pg_get_constraintdef(k.oid) end,
    i.indisclustered, pg_catalog.obj_description(k.oid, 'pg_constraint'), pg_catalog.obj_description(c.oid, 'pg_class')
from pg_catalog.pg_index as i
join tables as o on o.oid = i.indrelid
join pg_catalog.pg_class as c on c.oid = i.indexrelid
left join pg_catalog.pg_constraint as k on k.conindid = c.oid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
where
    i.indisvalid and i.indisready and not i.indisreplident and c.reltablespace = 0
    and (k.oid is null or k.coninhcount = 0 and k.conislocal)
    -- The index of a constraint may have options of its own, which the constraint's definition does say; a plain one too.
    and not exists (
        select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and coalesce(a.attstattarget, -1) >= 0
    )
    and not exists (
        select from pg_catalog.pg_constraint as f
        where f.contype = 'f' and f.conindid = c.oid and f.oid not in (select oid from "references")
    )
    and not exists (
        select from pg_catalog.pg_depend as d
        where
            (
                d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
                or d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.refobjid = k.oid
            )
            and d.classid <> 'pg_catalog.pg_constraint'::pg_catalog.regclass
            and not (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid)
    )
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype in ('x', 'e')
    )
order by 1, 2, 3
