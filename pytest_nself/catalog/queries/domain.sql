-- Domains.
select
    t.oid, 0 as sub, n.nspname::text as schema, t.typname::text as name, null as part,
    pg_catalog.format_type(t.typbasetype, t.typtypmod) as type,
    case when t.typcollation <> b.typcollation then (
        select pg_catalog.format('%I.%I', ln.nspname, l.collname)
        from pg_catalog.pg_collation as l join pg_catalog.pg_namespace as ln on ln.oid = l.collnamespace
        where l.oid = t.typcollation
    ) end as collation,
    t.typnotnull as not_null,
    case when k.conname <> pg_catalog.left(t.typname, 54) || '_not_null' then pg_catalog.quote_ident(k.conname) end
        as not_null_as,
    pg_catalog.quote_ident(k.conname) as _not_null_name,
    pg_catalog.pg_get_expr(t.typdefaultbin, 0) as default,
    pg_catalog.pg_get_userbyid(t.typowner)::text as owner,
    t.typacl::text[] as acl
from pg_catalog.pg_type as t
join pg_catalog.pg_type as b on b.oid = t.typbasetype
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
left join pg_catalog.pg_constraint as k on k.contypid = t.oid and k.contype = 'n'
where
    t.typtype = 'd'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, t.typname
