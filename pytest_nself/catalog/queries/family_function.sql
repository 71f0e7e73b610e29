-- Support functions that an operator family holds and none of its classes.
select
    o.oid, 0 as sub, n.nspname::text as schema,
    pg_catalog.format('%I using %I', f.opfname, m.amname) as name,
    pg_catalog.format(
        'function %s (%s, %s)', o.amprocnum, pg_catalog.format_type(o.amproclefttype, null),
        pg_catalog.format_type(o.amprocrighttype, null)
    ) as part,
    o.amproc::pg_catalog.regprocedure::text as function
from pg_catalog.pg_amproc as o
join pg_catalog.pg_opfamily as f on f.oid = o.amprocfamily
join pg_catalog.pg_am as m on m.oid = f.opfmethod
join pg_catalog.pg_namespace as n on n.oid = f.opfnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass and d.objid = o.oid
            and d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass and d.deptype in ('a', 'i')
    )
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass and e.objid = f.oid
    )
    /* only: f.oid */
order by 3, 4, 5
