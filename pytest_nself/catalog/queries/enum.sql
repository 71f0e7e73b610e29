-- Enums, their labels in order.
select
    t.oid, 0 as sub, n.nspname::text as schema, t.typname::text as name, null as part,
    (
        select pg_catalog.array_agg(e.enumlabel::text order by e.enumsortorder)
        from pg_catalog.pg_enum as e where e.enumtypid = t.oid
    ) as labels,
    pg_catalog.pg_get_userbyid(t.typowner)::text as owner,
    t.typacl::text[] as acl
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    t.typtype = 'e'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, t.typname
