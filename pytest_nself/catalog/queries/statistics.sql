-- Extended statistics. The server writes the columns in the order of the table's, which means nothing.
select
    s.oid, 0 as sub, n.nspname::text as schema, s.stxname::text as name, null as part,
    pg_catalog.format('%I.%I', tn.nspname, c.relname) as table,
    array(select k::text from pg_catalog.unnest(s.stxkind) as k order by 1) as kinds,
    array(
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where a.attrelid = s.stxrelid and a.attnum = any (s.stxkeys::pg_catalog.int2[])
        order by 1
    ) as columns,
    pg_catalog.pg_get_statisticsobjdef_expressions(s.oid) as expressions,
    nullif((pg_catalog.to_jsonb(s) ->> 'stxstattarget')::integer, -1) as target,
    tn.nspname::text as _table_schema, c.relname::text as _table, c.relkind::text as _table_relkind,
    (
        select pg_catalog.array_agg(distinct a.attname::text)
        from pg_catalog.pg_depend as d
        join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where
            d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass and d.objid = s.oid and d.deptype = 'a'
            and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
    ) as _columns,
    pg_catalog.pg_get_statisticsobjdef(s.oid) as _definition,
    pg_catalog.pg_get_userbyid(s.stxowner)::text as owner
from pg_catalog.pg_statistic_ext as s
join pg_catalog.pg_class as c on c.oid = s.stxrelid
join pg_catalog.pg_namespace as tn on tn.oid = c.relnamespace
join pg_catalog.pg_namespace as n on n.oid = s.stxnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass and e.objid = s.oid
    )
    /* only: c.oid */
order by n.nspname, s.stxname
