-- Composite types, without those that are tables.
select
    t.oid, 0 as sub, n.nspname::text as schema, t.typname::text as name, null as part,
    (
        select pg_catalog.array_agg(
            array[
                a.attname::text,
                pg_catalog.format_type(a.atttypid, a.atttypmod)
                || coalesce(
                    case when a.attcollation <> y.typcollation and a.attcollation <> 0 then (
                        select pg_catalog.format(' collate %I.%I', ln.nspname, l.collname)
                        from pg_catalog.pg_collation as l
                        join pg_catalog.pg_namespace as ln on ln.oid = l.collnamespace
                        where l.oid = a.attcollation
                    ) end, ''
                )
            ] order by a.attnum
        )
        from pg_catalog.pg_attribute as a join pg_catalog.pg_type as y on y.oid = a.atttypid
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) as attributes,
    (
        select pg_catalog.array_agg(array[a.attname::text, d.description] order by a.attnum)
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_description as d on
            d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = a.attrelid
            and d.objsubid = a.attnum
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) as attribute_comments,
    pg_catalog.pg_get_userbyid(t.typowner)::text as owner,
    t.typacl::text[] as acl
from pg_catalog.pg_type as t
join pg_catalog.pg_class as c on c.oid = t.typrelid and c.relkind = 'c'
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    t.typtype = 'c'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, t.typname
