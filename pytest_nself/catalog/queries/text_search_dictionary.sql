-- Text search dictionaries; the options are as the server writes them.
select
    d.oid, 0 as sub, n.nspname::text as schema, d.dictname::text as name, null as part,
    pg_catalog.format('%I.%I', tn.nspname, t.tmplname) as template,
    d.dictinitoption as options,
    pg_catalog.pg_get_userbyid(d.dictowner)::text as owner
from pg_catalog.pg_ts_dict as d
join pg_catalog.pg_ts_template as t on t.oid = d.dicttemplate
join pg_catalog.pg_namespace as tn on tn.oid = t.tmplnamespace
join pg_catalog.pg_namespace as n on n.oid = d.dictnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_ts_dict'::pg_catalog.regclass and e.objid = d.oid
    )
    /* only: d.oid */
order by n.nspname, d.dictname
