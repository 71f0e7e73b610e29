-- Operator classes with their operators and functions.
select
    c.oid, 0 as sub, n.nspname::text as schema,
    pg_catalog.format('%I using %I', c.opcname, m.amname) as name, null as part,
    c.opcdefault as default,
    pg_catalog.format_type(c.opcintype, null) as type,
    pg_catalog.format('%I.%I', fn.nspname, f.opfname) as family,
    case when c.opckeytype <> 0 then pg_catalog.format_type(c.opckeytype, null) end as storage,
    (
        select pg_catalog.array_agg(
            pg_catalog.format(
                'operator %s %s', o.amopstrategy, o.amopopr::pg_catalog.regoperator
            ) || coalesce(
                (
                    select pg_catalog.format(' for order by %I.%I', sn.nspname, s.opfname)
                    from pg_catalog.pg_opfamily as s
                    join pg_catalog.pg_namespace as sn on sn.oid = s.opfnamespace
                    where s.oid = o.amopsortfamily
                ), ''
            ) order by o.amopstrategy, o.amopopr::pg_catalog.regoperator::text
        )
        from pg_catalog.pg_depend as d join pg_catalog.pg_amop as o on o.oid = d.objid
        where
            d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass and d.refobjid = c.oid
            and d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass
    ) as operators,
    (
        select pg_catalog.array_agg(
            pg_catalog.format(
                'function %s (%s, %s) %s', o.amprocnum, pg_catalog.format_type(o.amproclefttype, null),
                pg_catalog.format_type(o.amprocrighttype, null), o.amproc::pg_catalog.regprocedure
            ) order by o.amprocnum, o.amproclefttype::pg_catalog.regtype::text, o.amprocrighttype::pg_catalog.regtype::text
        )
        from pg_catalog.pg_depend as d join pg_catalog.pg_amproc as o on o.oid = d.objid
        where
            d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass and d.refobjid = c.oid
            and d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass
    ) as functions,
    pg_catalog.quote_ident(c.opcname) as _name, pg_catalog.quote_ident(m.amname) as _method,
    pg_catalog.pg_get_userbyid(c.opcowner)::text as owner
from pg_catalog.pg_opclass as c
join pg_catalog.pg_opfamily as f on f.oid = c.opcfamily
join pg_catalog.pg_namespace as fn on fn.oid = f.opfnamespace
join pg_catalog.pg_am as m on m.oid = c.opcmethod
join pg_catalog.pg_namespace as n on n.oid = c.opcnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_opclass'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by 3, 4
