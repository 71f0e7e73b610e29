-- Text search templates.
select
    t.oid, 0 as sub, n.nspname::text as schema, t.tmplname::text as name, null as part,
    nullif(t.tmplinit::oid, 0)::pg_catalog.regproc::text as init,
    t.tmpllexize::pg_catalog.regproc::text as lexize
from pg_catalog.pg_ts_template as t
join pg_catalog.pg_namespace as n on n.oid = t.tmplnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_ts_template'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by n.nspname, t.tmplname
