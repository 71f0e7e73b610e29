-- Foreign tables; their columns are read with those of tables.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.quote_ident(s.srvname) as server,
    (select pg_catalog.array_agg(o order by o) from pg_catalog.unnest(f.ftoptions) as o) as options,
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
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    c.relacl::text[] as acl
from pg_catalog.pg_foreign_table as f
join pg_catalog.pg_class as c on c.oid = f.ftrelid
join pg_catalog.pg_foreign_server as s on s.oid = f.ftserver
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname
