-- Which table is a partition of which, and for which rows.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.format('%I.%I', pn.nspname, p.relname) as of_table,
    pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound,
    c.relkind::text as _relkind
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_inherits as i on i.inhrelid = c.oid
join pg_catalog.pg_class as p on p.oid = i.inhparent
join pg_catalog.pg_namespace as pn on pn.oid = p.relnamespace
where
    c.relispartition and c.relkind in ('r', 'p', 'f')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname
