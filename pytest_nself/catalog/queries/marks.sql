-- One text for the state of all catalogs that the facts come from: it moves when any of their rows does.
select pg_catalog.md5(pg_catalog.string_agg(s.mark, ',' order by s.mark))
from (
    select 'pg_class' || pg_catalog.hashtext(pg_catalog.string_agg(c.oid || '.' || c.xmin, ',' order by c.oid)) as mark
    from pg_catalog.pg_class as c
    union all
    select 'pg_attribute' || pg_catalog.hashtext(
        pg_catalog.string_agg(a.attrelid || '.' || a.attnum || '.' || a.xmin, ',' order by a.attrelid, a.attnum)
    )
    from pg_catalog.pg_attribute as a where a.attrelid >= 16384
    union all
    select 'pg_type' || pg_catalog.hashtext(pg_catalog.string_agg(t.oid || '.' || t.xmin, ',' order by t.oid))
    from pg_catalog.pg_type as t where t.oid >= 16384
    union all
    select 'pg_enum' || pg_catalog.hashtext(pg_catalog.string_agg(e.oid || '.' || e.xmin, ',' order by e.oid))
    from pg_catalog.pg_enum as e
    union all
    select 'pg_proc' || pg_catalog.hashtext(pg_catalog.string_agg(p.oid || '.' || p.xmin, ',' order by p.oid))
    from pg_catalog.pg_proc as p where p.oid >= 16384
    union all
    select 'pg_namespace' || pg_catalog.hashtext(pg_catalog.string_agg(n.oid || '.' || n.xmin, ',' order by n.oid))
    from pg_catalog.pg_namespace as n
    union all
    select 'pg_depend' || count(*) || '.' || pg_catalog.hashtext(
        pg_catalog.string_agg(d.xmin::text, ',' order by d.xmin::text)
    )
    from pg_catalog.pg_depend as d where d.objid >= 16384
) as s
