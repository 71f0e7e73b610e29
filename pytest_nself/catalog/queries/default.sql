-- Defaults of columns, of tables as of views. What a generated column is computed from belongs to the column.
select
    d.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, a.attname::text as part,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid) as expression,
    c.relkind::text as _relkind, a.attislocal as _local
from pg_catalog.pg_attrdef as d
join pg_catalog.pg_class as c on c.oid = d.adrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
where
    a.attgenerated = '' and c.relkind in ('r', 'p', 'f', 'v')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname, a.attname
