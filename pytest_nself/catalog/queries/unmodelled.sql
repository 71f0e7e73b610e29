-- Objects of kinds that no query here reads.
select 'type' as kind, n.nspname::text as schema, t.typname::text as name
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    t.typtype in ('b', 'p') and t.oid >= 16384
    and not exists (select from pg_catalog.pg_type as e where e.typarray = t.oid)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objid = t.oid and d.deptype = 'e'
    )
order by 1, 2, 3
