-- Which index of a partition belongs to which index of the partitioned table; indexes of constraints among them.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.format('%I.%I', pn.nspname, p.relname) as of_index,
    t.relname::text as _table, pt.relname::text as _of_table, ptn.nspname::text as _of_schema,
    kc.conname::text as _constraint, kp.conname::text as _of_constraint
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_index as x on x.indexrelid = c.oid
join pg_catalog.pg_class as t on t.oid = x.indrelid
join pg_catalog.pg_inherits as i on i.inhrelid = c.oid
join pg_catalog.pg_class as p on p.oid = i.inhparent
join pg_catalog.pg_namespace as pn on pn.oid = p.relnamespace
join pg_catalog.pg_index as px on px.indexrelid = p.oid
join pg_catalog.pg_class as pt on pt.oid = px.indrelid
join pg_catalog.pg_namespace as ptn on ptn.oid = pt.relnamespace
left join pg_catalog.pg_constraint as kc on kc.conindid = c.oid and kc.contype in ('p', 'u', 'x')
left join pg_catalog.pg_constraint as kp on kp.conindid = p.oid and kp.contype in ('p', 'u', 'x')
where
    c.relkind in ('i', 'I') and c.relispartition
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, c.relname
