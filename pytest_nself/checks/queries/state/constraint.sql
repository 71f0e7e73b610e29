-- Constraints: oid, the table's oid, the domain's, name, kind, validated, the oids of its index and of the table that
-- it refers to, whether the table itself has it, definition.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this.
select
    k.cmin::text::bigint,
    k.oid::bigint,
    k.conrelid::bigint,
    k.contypid::bigint,
    k.conname::text,
    k.contype::text,
    k.convalidated,
    k.conindid::bigint,
    k.confrelid::bigint,
    k.conislocal and k.conparentid = 0,
    pg_catalog.pg_get_constraintdef(k.oid)
from pg_catalog.pg_constraint as k
join pg_catalog.pg_namespace as n on n.oid = k.connamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (
    %(since)s::text::xid is null
    or pg_catalog.age(k.xmin) <= pg_catalog.age(%(since)s::text::xid) and k.cmin::text::bigint > %(command)s
)
