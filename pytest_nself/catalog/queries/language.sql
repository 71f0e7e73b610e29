-- Languages that no extension brought.
select
    l.oid, 0 as sub, null as schema, l.lanname::text as name, null as part,
    l.lanpltrusted as trusted,
    nullif(l.lanplcallfoid::oid, 0)::pg_catalog.regproc::text as handler,
    nullif(l.laninline::oid, 0)::pg_catalog.regproc::text as inline,
    nullif(l.lanvalidator::oid, 0)::pg_catalog.regproc::text as validator,
    pg_catalog.pg_get_userbyid(l.lanowner)::text as owner,
    l.lanacl::text[] as acl
from pg_catalog.pg_language as l
where
    l.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_language'::pg_catalog.regclass and e.objid = l.oid
    )
    /* only: l.oid */
order by l.lanname
