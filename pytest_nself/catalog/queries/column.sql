-- Columns of tables and foreign tables; `identity` holds the options of the sequence behind it.
select
    a.attrelid as oid, a.attnum as sub, c.schema, c.name, a.attname::text as part,
    a.attnum as position,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
    case when a.attcollation <> t.typcollation and a.attcollation <> 0 then (
        select pg_catalog.format('%I.%I', ln.nspname, l.collname)
        from pg_catalog.pg_collation as l join pg_catalog.pg_namespace as ln on ln.oid = l.collnamespace
        where l.oid = a.attcollation
    ) end as collation,
    a.attnotnull as not_null,
    case
        when k.oid is null then null
        when not k.conislocal and not c.relispartition then '(inherited)'
        when k.convalidated and not k.connoinherit and k.conname = pg_catalog.concat_ws(
            '_', pg_catalog.left(
                c.name, case
                    when pg_catalog.length(c.name) + pg_catalog.length(a.attname::text) <= 53 then 63
                    when pg_catalog.length(a.attname::text) <= 26 then 53 - pg_catalog.length(a.attname::text)
                    when pg_catalog.length(c.name) <= 26 then 63 else 27
                end
            ), pg_catalog.left(
                a.attname, case
                    when pg_catalog.length(c.name) + pg_catalog.length(a.attname::text) <= 53 then 63
                    when pg_catalog.length(c.name) <= 26 then 53 - pg_catalog.length(c.name)
                    when pg_catalog.length(a.attname::text) <= 26 then 63 else 26
                end
            ), 'not_null'
        ) then null
        else pg_catalog.quote_ident(k.conname) || case when k.connoinherit then ' no inherit' else '' end
            || case when k.convalidated then '' else ' not valid' end
    end as not_null_as,
    kd.description as not_null_comment,
    k.conname::text as _not_null_name,
    k.conislocal as _not_null_local,
    k.coninhcount > 0 as _not_null_inherited,
    -- Since PostgreSQL 17 a partition has the identity of the partitioned table, and no sequence of its own.
    case when i.sequence is not null then case a.attidentity when 'a' then 'always' else 'by default' end end as identity,
    i.sequence as identity_sequence,
    case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
    case when a.attgenerated <> '' then (
        select pg_catalog.pg_get_expr(d.adbin, d.adrelid)
        from pg_catalog.pg_attrdef as d where d.adrelid = a.attrelid and d.adnum = a.attnum
    ) end as generated_as,
    case when a.attstorage <> t.typstorage then a.attstorage::text end as storage,
    nullif(a.attcompression::text, '') as compression,
    nullif(a.attstattarget, -1) as statistics,
    a.attoptions as options,
    case when a.attfdwoptions is not null then (
        select pg_catalog.array_agg(o order by o) from pg_catalog.unnest(a.attfdwoptions) as o
    ) end as fdw_options,
    case when not c.relispartition then a.attislocal end as local,
    a.attinhcount > 0 as _inherited,
    a.attacl::text[] as acl,
    c.owner as _owner,
    c.relkind as _relkind,
    c.relkind = 'p' and exists (
        select from pg_catalog.pg_partitioned_table as p
        where p.partrelid = c.oid and a.attnum = any (p.partattrs::pg_catalog.int2[])
    ) as _partitions,
    t.typstorage::text as _type_storage
from (
    -- What all columns of a table share is worked out once: `offset 0` keeps the two levels apart.
    select
        c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as relkind, c.relispartition,
        pg_catalog.pg_get_userbyid(c.relowner)::text as owner
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where
        c.relkind in ('r', 'p', 'f')
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
        and not exists (
            select from pg_catalog.pg_depend as e
            where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
                and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
        )
        /* only: c.oid */
    offset 0
) as c
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type as t on t.oid = a.atttypid
left join pg_catalog.pg_constraint as k on k.conrelid = c.oid and k.contype = 'n' and k.conkey[1] = a.attnum
left join pg_catalog.pg_description as kd on
    kd.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and kd.objoid = k.oid and kd.objsubid = 0
left join (
    select
        d.refobjid, d.refobjsubid,
        array[
            pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(sc.relname),
            'start with ' || s.seqstart || ' increment by ' || s.seqincrement || ' minvalue ' || s.seqmin
            || ' maxvalue ' || s.seqmax || ' cache ' || s.seqcache
            || case when s.seqcycle then ' cycle' else ' no cycle' end
        ] as sequence
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_sequence as s on s.seqrelid = d.objid
    join pg_catalog.pg_class as sc on sc.oid = s.seqrelid
    join pg_catalog.pg_namespace as sn on sn.oid = sc.relnamespace
    where
        d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'i'
        and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
) as i on i.refobjid = a.attrelid and i.refobjsubid = a.attnum and a.attidentity <> ''
order by a.attrelid, a.attnum
