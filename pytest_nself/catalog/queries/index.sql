-- Indexes that no constraint stands on.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, null as part,
    x.indrelid::pg_catalog.regclass::text as table,
    case
        -- `pg_get_indexdef` goes through all operator classes for each column: where no text names one, it is put
        -- together here. For a few indexes that does not pay.
        when
            k1.spelled is not null and (x.indnatts = 1 or k2.spelled is not null)
            and pg_catalog.strpos(p.predicate, e'\n') = 0
            then case when x.indisunique then 'CREATE UNIQUE INDEX ' else 'CREATE INDEX ' end
            || pg_catalog.quote_ident(c.relname) || ' ON ' || x.indrelid::pg_catalog.regclass || ' USING ' || m.amname
            || ' (' || k1.spelled || coalesce(', ' || k2.spelled, '') || ')' || p.predicate
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
join pg_catalog.pg_am as m on m.oid = c.relam
left join lateral (
    select a.atttypid, pg_catalog.quote_ident(a.attname) || case x.indoption[0]
        when 0 then '' when 1 then ' DESC NULLS LAST' when 2 then ' NULLS FIRST' else ' DESC'
    end as spelled
    from pg_catalog.pg_attribute as a
    where a.attrelid = x.indrelid and a.attnum = x.indkey[0] and a.attcollation = x.indcollation[0]
    limit 1
) as k1 on
    /* in parts: false and */ c.relkind = 'i' and m.amname in ('btree', 'hash')
    and x.indnatts in (1, 2) and x.indnatts = x.indnkeyatts
    and x.indexprs is null and c.reloptions is null and not x.indnullsnotdistinct
    and (x.indclass[0], k1.atttypid) in (
        select o.oid, o.opcintype from pg_catalog.pg_opclass as o where o.opcdefault and o.oid < 16384
        union all
        select o.oid, 'varchar'::pg_catalog.regtype
        from pg_catalog.pg_opclass as o
        where
            o.opcdefault and o.oid < 16384 and o.opcintype = 'text'::pg_catalog.regtype
            and not exists (
                select from pg_catalog.pg_opclass as v where v.opcdefault and v.opcintype = 'varchar'::pg_catalog.regtype
            )
            and not exists (
                select from pg_catalog.pg_cast as v where v.castsource = 'varchar'::pg_catalog.regtype and v.oid >= 16384
            )
    )
left join lateral (
    select a.atttypid, pg_catalog.quote_ident(a.attname) || case x.indoption[1]
        when 0 then '' when 1 then ' DESC NULLS LAST' when 2 then ' NULLS FIRST' else ' DESC'
    end as spelled
    from pg_catalog.pg_attribute as a
    where a.attrelid = x.indrelid and a.attnum = x.indkey[1] and a.attcollation = x.indcollation[1]
    limit 1
) as k2 on
    k1.spelled is not null and (x.indclass[1], k2.atttypid) in (
        select o.oid, o.opcintype from pg_catalog.pg_opclass as o where o.opcdefault and o.oid < 16384
    )
left join lateral (
    select coalesce(' WHERE ' || pg_catalog.pg_get_expr(x.indpred, x.indrelid), '') as predicate limit 1
) as p on true
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_constraint as k
        where k.conrelid = t.oid and k.conindid = c.oid and k.contype in ('p', 'u', 'x')
    )
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid in (c.oid, t.oid)
    )
    /* only: t.oid */
order by n.nspname, c.relname
