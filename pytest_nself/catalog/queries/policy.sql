-- Policies of row-level security.
select
    p.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, p.polname::text as part,
    case when p.polpermissive then 'permissive' else 'restrictive' end as mode,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end
        as command,
    (
        select pg_catalog.array_agg(
            case when r.oid = 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.oid)) end order by 1
        )
        from pg_catalog.unnest(p.polroles) as r (oid)
    ) as roles,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) as using,
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as with_check,
    c.relkind::text as _relkind
from pg_catalog.pg_policy as p
join pg_catalog.pg_class as c on c.oid = p.polrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname, p.polname
