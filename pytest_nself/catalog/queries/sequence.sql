-- Sequences, without those behind identity columns.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.format_type(s.seqtypid, null) as type,
    s.seqstart as start, s.seqincrement as increment, s.seqmin as minvalue, s.seqmax as maxvalue,
    s.seqcache as cache, s.seqcycle as cycle,
    case when c.relpersistence = 'u' then 'unlogged' else 'permanent' end as persistence,
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    c.relacl::text[] as acl
from pg_catalog.pg_class as c
join pg_catalog.pg_sequence as s on s.seqrelid = c.oid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
            and e.deptype in ('e', 'i')
    )
    /* only: c.oid */
order by n.nspname, c.relname
