-- Views.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.pg_get_viewdef(c.oid) as definition,
    (
        select pg_catalog.array_agg(
            pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
            || coalesce(' collate ' || case when a.attcollation <> t.typcollation then (
                select pg_catalog.format('%I.%I', ln.nspname, l.collname)
                from pg_catalog.pg_collation as l join pg_catalog.pg_namespace as ln on ln.oid = l.collnamespace
                where l.oid = a.attcollation
            ) end, '') order by a.attnum
        )
        from pg_catalog.pg_attribute as a join pg_catalog.pg_type as t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0
    ) as columns,
    c.reloptions as options,
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    c.relacl::text[] as acl
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind = 'v'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname
