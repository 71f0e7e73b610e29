-- Collations. Their versions are the server's matter.
select
    l.oid, 0 as sub, n.nspname::text as schema, l.collname::text as name, null as part,
    case l.collprovider when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else 'default' end as provider,
    coalesce(pg_catalog.to_jsonb(l) ->> 'colllocale', pg_catalog.to_jsonb(l) ->> 'colliculocale') as locale,
    l.collcollate as lc_collate,
    l.collctype as lc_ctype,
    l.collisdeterministic as deterministic,
    pg_catalog.to_jsonb(l) ->> 'collicurules' as rules,
    pg_catalog.pg_get_userbyid(l.collowner)::text as owner
from pg_catalog.pg_collation as l
join pg_catalog.pg_namespace as n on n.oid = l.collnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_collation'::pg_catalog.regclass and e.objid = l.oid
    )
    /* only: l.oid */
order by n.nspname, l.collname
