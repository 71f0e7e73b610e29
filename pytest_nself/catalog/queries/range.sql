-- Range types; the multirange type beside each is its own.
select
    t.oid, 0 as sub, n.nspname::text as schema, t.typname::text as name, null as part,
    pg_catalog.format_type(r.rngsubtype, null) as subtype,
    case when not o.opcdefault then (
        select pg_catalog.format('%I.%I', pn.nspname, o.opcname)
        from pg_catalog.pg_namespace as pn where pn.oid = o.opcnamespace
    ) end as subtype_opclass,
    case when r.rngcollation <> 0 and r.rngcollation <> b.typcollation then (
        select pg_catalog.format('%I.%I', ln.nspname, l.collname)
        from pg_catalog.pg_collation as l join pg_catalog.pg_namespace as ln on ln.oid = l.collnamespace
        where l.oid = r.rngcollation
    ) end as collation,
    nullif(r.rngcanonical::oid, 0)::pg_catalog.regproc::text as canonical,
    nullif(r.rngsubdiff::oid, 0)::pg_catalog.regproc::text as subtype_diff,
    m.typname::text as multirange,
    pg_catalog.pg_get_userbyid(t.typowner)::text as owner,
    t.typacl::text[] as acl
from pg_catalog.pg_type as t
join pg_catalog.pg_range as r on r.rngtypid = t.oid
join pg_catalog.pg_type as b on b.oid = r.rngsubtype
join pg_catalog.pg_type as m on m.oid = r.rngmultitypid
join pg_catalog.pg_opclass as o on o.oid = r.rngsubopc
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, t.typname
