-- Rules, without those that are views.
select
    r.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, r.rulename::text as part,
    pg_catalog.pg_get_ruledef(r.oid) as definition,
    case r.ev_enabled when 'O' then 'enable' when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end
        as enabled,
    c.relkind::text as _relkind
from pg_catalog.pg_rewrite as r
join pg_catalog.pg_class as c on c.oid = r.ev_class
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    r.rulename <> '_RETURN'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname, r.rulename
