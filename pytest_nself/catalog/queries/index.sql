-- Indexes that no constraint stands on.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    pg_catalog.format('%I.%I', n.nspname, t.relname) as table,
    case
        when c.reloptions is null then pg_catalog.pg_get_indexdef(c.oid)
        else pg_catalog.replace(
            pg_catalog.pg_get_indexdef(c.oid),
            (
                select ' WITH (' || pg_catalog.string_agg(
                    pg_catalog.quote_ident(pg_catalog.split_part(o.option, '=', 1)) || '='
                    || case
                        when pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1)
                            = pg_catalog.quote_ident(
                                pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1)
                            )
                            then pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1)
                        else pg_catalog.quote_literal(
                            pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1)
                        )
                    end, ', ' order by o.ordinality
                ) || ')'
                from pg_catalog.unnest(c.reloptions) with ordinality as o (option, ordinality)
            ), ''
        )
    end as definition,
    c.reloptions as options,
    x.indisvalid as valid,
    x.indisclustered as clustered,
    x.indisreplident as replica_identity,
    c.relispartition as _attached,
    case when x.indexprs is not null then (
        select pg_catalog.array_agg(a.attnum || '=' || a.attstattarget order by a.attnum)
        from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attstattarget >= 0
    ) end as statistics,
    case when c.reltablespace <> 0 then (
        select s.spcname::text from pg_catalog.pg_tablespace as s where s.oid = c.reltablespace
    ) end as tablespace,
    t.relname::text as _table, t.relkind::text as _table_relkind, c.relkind::text as _relkind
from pg_catalog.pg_index as x
join pg_catalog.pg_class as c on c.oid = x.indexrelid
join pg_catalog.pg_class as t on t.oid = x.indrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_constraint as k where k.conindid = c.oid and k.contype in ('p', 'u', 'x')
    )
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid in (c.oid, t.oid)
    )
    /* only: t.oid */
order by n.nspname, c.relname
