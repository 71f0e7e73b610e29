-- Tables whose rows are the project's own; a partition with what it is part of and what its rows must be like.
select
    c.oid::int8 as oid, n.nspname::text as schema, c.relname::text as name,
    c.relkind = 'p' as partitioned,
    case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as partition_key,
    case when c.relispartition then (
        select h.inhparent::int8 from pg_catalog.pg_inherits as h where h.inhrelid = c.oid
    ) end as partition_of,
    case when c.relispartition then pg_catalog.pg_get_expr(c.relpartbound, c.oid) end as bound,
    case when c.relispartition then pg_catalog.pg_get_partition_constraintdef(c.oid) end as partition_constraint,
    c.relrowsecurity as row_security,
    c.relforcerowsecurity as forced,
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    coalesce((
        select pg_catalog.array_agg(t.tgname::text order by t.tgname) from pg_catalog.pg_trigger as t
        where t.tgrelid = c.oid and not t.tgisinternal and t.tgtype & 4 <> 0 and t.tgenabled in ('O', 'A')
    ), '{}') as insert_triggers
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind in ('r', 'p') and c.relpersistence <> 't'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
order by n.nspname, c.relname
