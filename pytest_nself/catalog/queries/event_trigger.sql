-- Event triggers, and whether they are switched on.
select
    t.oid, 0 as sub, null as schema, t.evtname::text as name, null as part,
    t.evtevent::text as event,
    t.evttags as tags,
    t.evtfoid::pg_catalog.regproc::text as function,
    case t.evtenabled when 'O' then 'enable' when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end
        as enabled,
    pg_catalog.pg_get_userbyid(t.evtowner)::text as owner
from pg_catalog.pg_event_trigger as t
where
    t.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by t.evtname
