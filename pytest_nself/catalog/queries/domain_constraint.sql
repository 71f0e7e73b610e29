-- Checks of domains.
select
    k.oid, 0 as sub, n.nspname::text as schema, t.typname::text as name, k.conname::text as part,
    pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', '') as definition,
    k.convalidated as validated
from pg_catalog.pg_constraint as k
join pg_catalog.pg_type as t on t.oid = k.contypid
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    k.contype = 'c'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, t.typname, k.conname
