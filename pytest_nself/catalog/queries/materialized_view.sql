-- Materialized views.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.pg_get_viewdef(c.oid) as definition,
    c.reloptions as options,
    case when c.reltoastrelid <> 0 then (
        select t.reloptions from pg_catalog.pg_class as t where t.oid = c.reltoastrelid
    ) end as toast_options,
    case
        when c.relam <> 0 and c.relam <> 2 then (select a.amname::text from pg_catalog.pg_am as a where a.oid = c.relam)
    end as access_method,
    case when c.reltablespace <> 0 then (
        select s.spcname::text from pg_catalog.pg_tablespace as s where s.oid = c.reltablespace
    ) end as tablespace,
    c.relispopulated as _populated,
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    c.relacl::text[] as acl
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind = 'm'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname
