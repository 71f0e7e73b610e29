-- Indexes: oid, schema, name, the table's oid, file, whether it is a part of a partitioned one, definition.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this; `only`: of the tables with these oids (null: of all).
select
    c.cmin::text::bigint,
    c.oid::bigint,
    n.nspname::text,
    c.relname::text,
    i.indrelid::bigint,
    c.relfilenode::bigint,
    c.relispartition,
    pg_catalog.pg_get_indexdef(c.oid)
from pg_catalog.pg_class as c
join pg_catalog.pg_index as i on i.indexrelid = c.oid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('i', 'I') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (%(only)s::bigint[] is null or i.indrelid = any(%(only)s::bigint[]::oid[]))
and (
    %(since)s::text::xid is null
    or pg_catalog.age(c.xmin) <= pg_catalog.age(%(since)s::text::xid) and c.cmin::text::bigint > %(command)s
)
