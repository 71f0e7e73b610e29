-- Schemas: oid and name.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this.
select
    n.cmin::text::bigint,
    n.oid::bigint,
    n.nspname::text
from pg_catalog.pg_namespace as n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (
    %(since)s::text::xid is null
    or pg_catalog.age(n.xmin) <= pg_catalog.age(%(since)s::text::xid) and n.cmin::text::bigint > %(command)s
)
