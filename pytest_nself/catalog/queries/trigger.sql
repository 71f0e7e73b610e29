-- Triggers. Those that a partition has from its parent belong to the parent, unless they are switched differently.
select
    t.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, t.tgname::text as part,
    case when t.tgparentid = 0 then pg_catalog.pg_get_triggerdef(t.oid) end as definition,
    case t.tgenabled when 'O' then 'enable' when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end
        as enabled,
    c.relkind::text as _relkind,
    t.tgparentid <> 0 as _inherited
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_trigger as o on o.oid = t.tgparentid
where
    not t.tgisinternal
    and (t.tgparentid = 0 or t.tgenabled <> o.tgenabled)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname, t.tgname
