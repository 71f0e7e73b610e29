-- Access methods.
select
    m.oid, 0 as sub, null as schema, m.amname::text as name, null as part,
    case m.amtype when 'i' then 'index' else 'table' end as type,
    m.amhandler::pg_catalog.regproc::text as handler
from pg_catalog.pg_am as m
where
    m.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_am'::pg_catalog.regclass and e.objid = m.oid
    )
    /* only: m.oid */
order by m.amname
