-- Aggregates. A name holds the types of the arguments, the aggregated ones of an ordered set among them.
select
    p.oid, 0 as sub, n.nspname::text as schema,
    pg_catalog.format(
        '%I(%s)', p.proname,
        (
            select pg_catalog.string_agg(pg_catalog.format_type(t.type, null), ', ' order by t.ordinality)
            from pg_catalog.unnest(p.proargtypes) with ordinality as t (type, ordinality)
        )
    ) as name, null as part,
    case a.aggkind when 'n' then 'normal' when 'o' then 'ordered-set' else 'hypothetical' end as aggregation,
    pg_catalog.pg_get_function_arguments(p.oid) as arguments,
    pg_catalog.pg_get_function_result(p.oid) as result,
    a.aggtransfn::pg_catalog.regproc::text as sfunc,
    pg_catalog.format_type(a.aggtranstype, null) as stype,
    nullif(a.aggtransspace, 0) as sspace,
    nullif(a.aggfinalfn::oid, 0)::pg_catalog.regproc::text as finalfunc,
    a.aggfinalextra as finalfunc_extra,
    case
        when a.aggfinalfn::oid = 0 then null
        when a.aggfinalmodify = 'r' then 'read_only' when a.aggfinalmodify = 's' then 'shareable' else 'read_write'
    end as finalfunc_modify,
    nullif(a.aggcombinefn::oid, 0)::pg_catalog.regproc::text as combinefunc,
    nullif(a.aggserialfn::oid, 0)::pg_catalog.regproc::text as serialfunc,
    nullif(a.aggdeserialfn::oid, 0)::pg_catalog.regproc::text as deserialfunc,
    a.agginitval as initcond,
    nullif(a.aggmtransfn::oid, 0)::pg_catalog.regproc::text as msfunc,
    nullif(a.aggminvtransfn::oid, 0)::pg_catalog.regproc::text as minvfunc,
    case when a.aggmtranstype <> 0 then pg_catalog.format_type(a.aggmtranstype, null) end as mstype,
    nullif(a.aggmtransspace, 0) as msspace,
    nullif(a.aggmfinalfn::oid, 0)::pg_catalog.regproc::text as mfinalfunc,
    a.aggmfinalextra as mfinalfunc_extra,
    case
        when a.aggmfinalfn::oid = 0 then null
        when a.aggmfinalmodify = 'r' then 'read_only' when a.aggmfinalmodify = 's' then 'shareable' else 'read_write'
    end as mfinalfunc_modify,
    a.aggminitval as minitcond,
    (
        select pg_catalog.format('operator(%I.%s)', sn.nspname, s.oprname)
        from pg_catalog.pg_operator as s join pg_catalog.pg_namespace as sn on sn.oid = s.oprnamespace
        where s.oid = a.aggsortop
    ) as sortop,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
    pg_catalog.quote_ident(p.proname) as _name,
    pg_catalog.pg_get_userbyid(p.proowner)::text as owner,
    p.proacl::text[] as acl
from pg_catalog.pg_proc as p
join pg_catalog.pg_aggregate as a on a.aggfnoid = p.oid
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid
    )
    /* only: p.oid */
order by 3, 4
