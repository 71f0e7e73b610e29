-- Columns of these tables; `sequence` is the one that gives the column its values, owned or merely named by the default.
select
    a.attrelid::int8 as table, a.attnum::int4 as number, a.attname::text as name,
    a.atttypid::int8 as type, a.atttypmod as modifier,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as written,
    a.attnotnull as not_null,
    case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
    a.attgenerated <> '' as generated,
    case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as default,
    case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as computed,
    (
        select pg_catalog.format('%I.%I', sn.nspname, s.relname)
        from pg_catalog.pg_depend as p
        join pg_catalog.pg_class as s on s.oid = case when p.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
            then p.refobjid else p.objid end and s.relkind = 'S'
        join pg_catalog.pg_namespace as sn on sn.oid = s.relnamespace
        where
            p.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and p.objid = d.oid
            and p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            or a.attidentity <> '' and p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and p.deptype = 'i'
            and p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            and p.refobjid = a.attrelid and p.refobjsubid = a.attnum
        order by s.oid limit 1
    ) as sequence
from pg_catalog.pg_attribute as a
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = any ($1::pg_catalog.oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
