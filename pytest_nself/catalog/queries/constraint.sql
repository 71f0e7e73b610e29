-- Constraints of tables. Those that a partition or a child only inherits belong to the parent.
select
    k.oid, 0 as sub, n.nspname::text as schema, c.relname::text as name, k.conname::text as part,
    case k.contype
        when 'p' then 'primary key' when 'u' then 'unique' when 'c' then 'check' when 'f' then 'foreign key'
        when 'x' then 'exclude'
    end as type,
    case
        when k.condeferrable or not k.convalidated then pg_catalog.regexp_replace(
            pg_catalog.pg_get_constraintdef(k.oid), '( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT VALID)?$', ''
        )
        else pg_catalog.pg_get_constraintdef(k.oid)
    end as definition,
    case when k.condeferrable then case when k.condeferred then 'initially deferred' else 'deferrable' end end
        as deferrable,
    k.convalidated as validated,
    i.reloptions as options,
    coalesce(x.indisclustered, false) as clustered,
    coalesce(x.indisreplident, false) as replica_identity,
    ic.description as index_comment,
    coalesce(i.relispartition, false) as _attached,
    c.relkind::text as _relkind,
    nullif(k.confrelid, 0)::pg_catalog.regclass::text as _references
from pg_catalog.pg_constraint as k
join pg_catalog.pg_class as c on c.oid = k.conrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_class as i on i.oid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_catalog.pg_index as x on x.indexrelid = i.oid
left join pg_catalog.pg_description as ic on
    ic.objoid = i.oid and ic.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and ic.objsubid = 0
where
    k.contype in ('p', 'u', 'c', 'f', 'x')
    and c.relkind in ('r', 'p', 'f')
    and (k.conislocal or k.contype in ('p', 'u', 'x'))
    and (k.contype <> 'f' or k.conparentid = 0)
    and (k.contype <> 'c' or k.coninhcount = 0 or not c.relispartition)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.relname, k.conname
