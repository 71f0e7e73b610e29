-- Operators. One that others name as their commutator or negator, and that nobody has made, is none.
select
    o.oid, 0 as sub, n.nspname::text as schema,
    pg_catalog.format(
        '%s(%s, %s)', o.oprname,
        case when o.oprleft = 0 then 'none' else pg_catalog.format_type(o.oprleft, null) end,
        case when o.oprright = 0 then 'none' else pg_catalog.format_type(o.oprright, null) end
    ) as name, null as part,
    o.oprcode::pg_catalog.regproc::text as function,
    pg_catalog.format_type(o.oprresult, null) as result,
    (
        select pg_catalog.format('operator(%I.%s)', xn.nspname, x.oprname)
        from pg_catalog.pg_operator as x join pg_catalog.pg_namespace as xn on xn.oid = x.oprnamespace
        where x.oid = o.oprcom
    ) as commutator,
    (
        select pg_catalog.format('operator(%I.%s)', xn.nspname, x.oprname)
        from pg_catalog.pg_operator as x join pg_catalog.pg_namespace as xn on xn.oid = x.oprnamespace
        where x.oid = o.oprnegate
    ) as negator,
    nullif(o.oprrest::oid, 0)::pg_catalog.regproc::text as restrict,
    nullif(o.oprjoin::oid, 0)::pg_catalog.regproc::text as join,
    o.oprcanhash as hashes,
    o.oprcanmerge as merges,
    case when o.oprleft <> 0 then pg_catalog.format_type(o.oprleft, null) end as _left,
    case when o.oprright <> 0 then pg_catalog.format_type(o.oprright, null) end as _right,
    (
        -- Operators that stand only because this one names them.
        select pg_catalog.array_agg(
            pg_catalog.format(
                '%I.%s(%s, %s)', xn.nspname, x.oprname,
                case when x.oprleft = 0 then 'none' else pg_catalog.format_type(x.oprleft, null) end,
                case when x.oprright = 0 then 'none' else pg_catalog.format_type(x.oprright, null) end
            ) order by xn.nspname, x.oprname, x.oid
        )
        from pg_catalog.pg_operator as x join pg_catalog.pg_namespace as xn on xn.oid = x.oprnamespace
        where
            x.oid in (o.oprcom, o.oprnegate) and x.oprcode::oid = 0
            and not exists (
                select from pg_catalog.pg_operator as y where y.oid <> o.oid and x.oid in (y.oprcom, y.oprnegate)
            )
    ) as _shells,
    pg_catalog.pg_get_userbyid(o.oprowner)::text as owner
from pg_catalog.pg_operator as o
join pg_catalog.pg_namespace as n on n.oid = o.oprnamespace
where
    o.oprcode::oid <> 0
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass and e.objid = o.oid
    )
    /* only: o.oid */
order by 3, 4
