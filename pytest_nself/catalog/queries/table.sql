-- Tables, partitioned ones among them.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    case when c.relpersistence = 'u' then 'unlogged' else 'permanent' end as persistence,
    case
        when c.reloftype <> 0 then pg_catalog.format_type(c.reloftype, null)
    end as of_type,
    case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as partition_key,
    (
        select pg_catalog.array_agg(
            pg_catalog.format('%I.%I', pn.nspname, p.relname) order by i.inhseqno
        )
        from pg_catalog.pg_inherits as i
        join pg_catalog.pg_class as p on p.oid = i.inhparent
        join pg_catalog.pg_namespace as pn on pn.oid = p.relnamespace
        where i.inhrelid = c.oid and not c.relispartition
    ) as _parents,
    c.relispartition as _is_partition,
    c.relrowsecurity as rls,
    c.relforcerowsecurity as rls_forced,
    case c.relreplident when 'n' then 'nothing' when 'f' then 'full' end as replica_identity,
    c.reloptions as options,
    case when c.reltoastrelid <> 0 then (
        select t.reloptions from pg_catalog.pg_class as t where t.oid = c.reltoastrelid
    ) end as toast_options,
    case
        when c.relam <> 0 and c.relam <> 2 then (select a.amname::text from pg_catalog.pg_am as a where a.oid = c.relam)
    end as access_method,
    case when c.reltablespace <> 0 then (
        select s.spcname::text from pg_catalog.pg_tablespace as s where s.oid = c.reltablespace
    ) end as tablespace,
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    c.relacl::text[] as acl
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind in ('r', 'p')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname
