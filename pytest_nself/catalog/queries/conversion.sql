-- Conversions between encodings.
select
    v.oid, 0 as sub, n.nspname::text as schema, v.conname::text as name, null as part,
    pg_catalog.pg_encoding_to_char(v.conforencoding)::text as source,
    pg_catalog.pg_encoding_to_char(v.contoencoding)::text as target,
    v.conproc::pg_catalog.regproc::text as function,
    v.condefault as default,
    pg_catalog.pg_get_userbyid(v.conowner)::text as owner
from pg_catalog.pg_conversion as v
join pg_catalog.pg_namespace as n on n.oid = v.connamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_conversion'::pg_catalog.regclass and e.objid = v.oid
    )
    /* only: v.oid */
order by n.nspname, v.conname
