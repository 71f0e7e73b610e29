-- Which column a sequence goes with.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.format('%I.%I.%I', tn.nspname, t.relname, a.attname) as owned_by,
    t.relkind::text as _relkind
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_depend as d on
    d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'a'
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
join pg_catalog.pg_class as t on t.oid = d.refobjid
join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where
    c.relkind = 'S'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname
