-- Casts, without those that came with a range type.
select
    k.oid, 0 as sub, null as schema,
    pg_catalog.format_type(k.castsource, null) || ' as ' || pg_catalog.format_type(k.casttarget, null) as name,
    null as part,
    case k.castmethod
        when 'f' then 'with function ' || k.castfunc::pg_catalog.regprocedure
        when 'i' then 'with inout' else 'without function'
    end as method,
    case k.castcontext when 'a' then 'assignment' when 'i' then 'implicit' end as context
from pg_catalog.pg_cast as k
where
    k.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass and e.objid = k.oid
            and e.deptype in ('e', 'i')
    )
    /* only: k.oid */
order by 4
