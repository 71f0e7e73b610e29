-- Operator families, those among them that came with an operator class: they stay when the class goes.
select
    f.oid, 0 as sub, n.nspname::text as schema,
    pg_catalog.format('%I using %I', f.opfname, m.amname) as name, null as part,
    pg_catalog.pg_get_userbyid(f.opfowner)::text as owner
from pg_catalog.pg_opfamily as f
join pg_catalog.pg_am as m on m.oid = f.opfmethod
join pg_catalog.pg_namespace as n on n.oid = f.opfnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass and e.objid = f.oid
    )
    /* only: f.oid */
order by 3, 4
