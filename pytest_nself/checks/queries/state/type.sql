-- Enums, domains, ranges and composite types: oid, schema, name, kind, not null, and an enum's labels in their order.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this.
select
    newest.command,
    t.oid::bigint,
    n.nspname::text,
    t.typname::text,
    t.typtype::text,
    t.typnotnull,
    coalesce(e.labels, '{}')
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
left join (
    -- A new label is a change of the type, whose own row stays as it is.
    select
        v.enumtypid,
        pg_catalog.array_agg(v.enumlabel::text order by v.enumsortorder),
        pg_catalog.max(v.cmin::text::bigint) filter (
            where pg_catalog.age(v.xmin) <= pg_catalog.age(%(since)s::text::xid)
        )
    from pg_catalog.pg_enum as v
    group by v.enumtypid
) as e (type, labels, newest) on e.type = t.oid
cross join lateral (
    select greatest(
        e.newest,
        case when pg_catalog.age(t.xmin) <= pg_catalog.age(%(since)s::text::xid) then t.cmin::text::bigint end
    )
) as newest (command)
where t.typtype in ('e', 'd', 'r', 'c') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (
    t.typtype <> 'c'
    or exists (select from pg_catalog.pg_class as c where c.oid = t.typrelid and c.relkind = 'c')
)
and (%(since)s::text::xid is null or newest.command > %(command)s)
