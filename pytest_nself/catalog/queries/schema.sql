-- Schemas. Those of the server and of tools are left out.
select
    n.oid, 0 as sub, null as schema, n.nspname::text as name, null as part,
    pg_catalog.pg_get_userbyid(n.nspowner)::text as owner,
    n.nspacl::text[] as acl
from pg_catalog.pg_namespace as n
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and e.objid = n.oid
    )
    /* only: n.oid */
order by n.nspname
