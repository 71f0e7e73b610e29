-- Text search parsers.
select
    s.oid, 0 as sub, n.nspname::text as schema, s.prsname::text as name, null as part,
    s.prsstart::pg_catalog.regproc::text as start,
    s.prstoken::pg_catalog.regproc::text as gettoken,
    s.prsend::pg_catalog.regproc::text as end,
    nullif(s.prsheadline::oid, 0)::pg_catalog.regproc::text as headline,
    s.prslextype::pg_catalog.regproc::text as lextypes
from pg_catalog.pg_ts_parser as s
join pg_catalog.pg_namespace as n on n.oid = s.prsnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_ts_parser'::pg_catalog.regclass and e.objid = s.oid
    )
    /* only: s.oid */
order by n.nspname, s.prsname
