-- Schemas of which a publication publishes all tables.
select
    r.oid, 0 as sub, n.nspname::text as schema, p.pubname::text as name, null as part
from pg_catalog.pg_publication_namespace as r
join pg_catalog.pg_publication as p on p.oid = r.pnpubid
join pg_catalog.pg_namespace as n on n.oid = r.pnnspid
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_publication'::pg_catalog.regclass and e.objid = p.oid
    )
    /* only: p.oid */
order by n.nspname, p.pubname
