-- Which tables a publication publishes, with which columns and rows.
select
    r.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, p.pubname::text as part,
    (
        select pg_catalog.array_agg(a.attname::text order by k.ordinality)
        from pg_catalog.unnest(r.prattrs::smallint[]) with ordinality as k (number, ordinality)
        join pg_catalog.pg_attribute as a on a.attrelid = r.prrelid and a.attnum = k.number
    ) as columns,
    pg_catalog.pg_get_expr(r.prqual, r.prrelid) as filter,
    c.relkind::text as _relkind
from pg_catalog.pg_publication_rel as r
join pg_catalog.pg_publication as p on p.oid = r.prpubid
join pg_catalog.pg_class as c on c.oid = r.prrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_publication'::pg_catalog.regclass and e.objid = p.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname, p.pubname
