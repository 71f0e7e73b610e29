-- The types of the columns of these tables, and the types that those are made of.
with recursive used as (
    select distinct a.atttypid as oid
    from pg_catalog.pg_attribute as a
    where a.attrelid = any ($1::pg_catalog.oid[]) and a.attnum > 0 and not a.attisdropped
    union
    select part.oid
    from used
    join pg_catalog.pg_type as t on t.oid = used.oid
    cross join lateral (
        select t.typbasetype where t.typtype = 'd'
        union all
        select t.typelem where t.typelem <> 0 and t.typlen = -1
        union all
        select r.rngsubtype from pg_catalog.pg_range as r where r.rngtypid = t.oid
        union all
        select r.rngtypid from pg_catalog.pg_range as r where r.rngmultitypid = t.oid
        union all
        select a.atttypid from pg_catalog.pg_attribute as a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) as part (oid)
    where part.oid <> 0
)
select
    t.oid::int8 as oid, n.nspname::text as schema, t.typname::text as name, pg_catalog.format_type(t.oid, null) as written,
    case
        when t.typtype = 'b' and t.typelem <> 0 and t.typlen = -1 then 'array'
        when t.typtype = 'b' then 'base' when t.typtype = 'e' then 'enum' when t.typtype = 'd' then 'domain'
        when t.typtype = 'c' then 'composite' when t.typtype = 'r' then 'range' when t.typtype = 'm' then 'multirange'
        else 'base'
    end as kind,
    case t.typtype
        when 'd' then t.typbasetype
        when 'r' then (select r.rngsubtype from pg_catalog.pg_range as r where r.rngtypid = t.oid)
        when 'm' then (select r.rngtypid from pg_catalog.pg_range as r where r.rngmultitypid = t.oid)
        else case when t.typlen = -1 then nullif(t.typelem, 0) end
    end::int8 as inner,
    t.typtypmod as modifier,
    case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as inner_written,
    t.typnotnull as not_null,
    coalesce((
        select pg_catalog.array_agg(e.enumlabel::text order by e.enumsortorder)
        from pg_catalog.pg_enum as e where e.enumtypid = t.oid
    ), '{}') as labels,
    coalesce((
        select pg_catalog.array_agg(a.attname::text order by a.attnum)
        from pg_catalog.pg_attribute as a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ), '{}') as attributes,
    coalesce((
        select pg_catalog.array_agg(a.atttypid::int8 order by a.attnum)
        from pg_catalog.pg_attribute as a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ), '{}') as attribute_types,
    coalesce((
        select pg_catalog.array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) order by a.attnum)
        from pg_catalog.pg_attribute as a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ), '{}') as attributes_written,
    coalesce((
        select pg_catalog.array_agg(a.atttypmod order by a.attnum)
        from pg_catalog.pg_attribute as a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ), '{}') as attribute_modifiers,
    coalesce((
        select pg_catalog.array_agg(pg_catalog.pg_get_expr(k.conbin, 0) order by k.conname)
        from pg_catalog.pg_constraint as k where k.contypid = t.oid and k.contype = 'c'
    ), '{}') as checks,
    (
        select x.extname::text from pg_catalog.pg_depend as e join pg_catalog.pg_extension as x on x.oid = e.refobjid
        where e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid and e.deptype = 'e'
            and e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        limit 1
    ) as extension
from used
join pg_catalog.pg_type as t on t.oid = used.oid
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
order by t.oid
