-- Triggers: oid, the table's oid, name, whether the table itself has it.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this.
select
    t.cmin::text::bigint,
    t.oid::bigint,
    t.tgrelid::bigint,
    t.tgname::text,
    t.tgparentid = 0
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where not t.tgisinternal and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (
    %(since)s::text::xid is null
    or pg_catalog.age(t.xmin) <= pg_catalog.age(%(since)s::text::xid) and t.cmin::text::bigint > %(command)s
)
