-- What can be said of a single column of a view or materialized view: its grants and statistics, and through comments.sql its comment.
select
    a.attrelid as oid, a.attnum as sub, n.nspname::text as schema, c.relname::text as name, a.attname::text as part,
    a.attacl::text[] as acl,
    case when a.attstattarget >= 0 then a.attstattarget end as statistics,
    case when c.relkind = 'm' and a.attstorage <> t.typstorage then a.attstorage::text end as storage,
    case when c.relkind = 'm' then nullif(a.attcompression::text, '') end as compression,
    a.attoptions as options,
    pg_catalog.pg_get_userbyid(c.relowner)::text as _owner,
    c.relkind::text as _relkind
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid
join pg_catalog.pg_type as t on t.oid = a.atttypid
where
    c.relkind in ('v', 'm') and a.attnum > 0 and not a.attisdropped
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by a.attrelid, a.attnum
