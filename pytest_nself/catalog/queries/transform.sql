-- Transforms: how values of a type reach a language, and come back.
select
    t.oid, 0 as sub, null as schema,
    pg_catalog.format('%s language %I', pg_catalog.format_type(t.trftype, null), l.lanname) as name, null as part,
    nullif(t.trffromsql::oid, 0)::pg_catalog.regprocedure::text as from_sql,
    nullif(t.trftosql::oid, 0)::pg_catalog.regprocedure::text as to_sql
from pg_catalog.pg_transform as t
join pg_catalog.pg_language as l on l.oid = t.trflang
where
    t.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_transform'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by 4
