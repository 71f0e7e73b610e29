-- Functions and procedures. A name holds the types of the arguments, since they tell overloads apart.
select
    p.oid, 0 as sub, n.nspname::text as schema,
    pg_catalog.format(
        '%I(%s)', p.proname,
        (
            select pg_catalog.string_agg(pg_catalog.format_type(t.type, null), ', ' order by t.ordinality)
            from pg_catalog.unnest(p.proargtypes) with ordinality as t (type, ordinality)
        )
    ) as name, null as part,
    case p.prokind when 'p' then 'procedure' when 'w' then 'window function' else 'function' end as routine,
    pg_catalog.pg_get_function_result(p.oid) as result,
    pg_catalog.pg_get_function_arguments(p.oid) as arguments,
    l.lanname::text as language,
    coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as body,
    p.probin as library,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
    p.proisstrict as strict,
    p.prosecdef as security_definer,
    p.proleakproof as leakproof,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
    p.procost as cost, p.prorows as rows,
    nullif(p.prosupport::oid, 0)::pg_catalog.regproc::text as support,
    p.proconfig as settings,
    (
        select pg_catalog.array_agg(pg_catalog.format_type(t.type, null) order by t.ordinality)
        from pg_catalog.unnest(p.protrftypes) with ordinality as t (type, ordinality)
    ) as transforms,
    pg_catalog.pg_get_functiondef(p.oid) as _definition, p.prosqlbody is not null as _is_parsed,
    p.proargnames as _argument_names, p.proargmodes::text[] as _argument_modes, p.pronargdefaults as _defaults,
    pg_catalog.pg_get_userbyid(p.proowner)::text as owner,
    p.proacl::text[] as acl
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
join pg_catalog.pg_language as l on l.oid = p.prolang
where
    p.prokind in ('f', 'p', 'w')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid
            and e.deptype in ('e', 'i')
    )
    /* only: p.oid */
order by 3, 4
