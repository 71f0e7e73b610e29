-- Tables and views: oid, schema, name, kind, file, what it is a partition of, whether others inherit from it, owner and
-- rights.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this; `only`: of the tables with these oids (null: of all).
select
    c.cmin::text::bigint,
    c.oid::bigint,
    n.nspname::text,
    c.relname::text,
    c.relkind::text,
    c.relfilenode::bigint,
    coalesce((
        select i.inhparent::bigint from pg_catalog.pg_inherits as i where i.inhrelid = c.oid and c.relispartition
    ), 0),
    c.relhassubclass,
    pg_catalog.concat_ws(
        ' ', pg_catalog.pg_get_userbyid(c.relowner), c.relacl::text, c.relrowsecurity, c.relforcerowsecurity
    )
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'v', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (%(only)s::bigint[] is null or c.oid = any(%(only)s::bigint[]::oid[]))
and (
    %(since)s::text::xid is null
    or pg_catalog.age(c.xmin) <= pg_catalog.age(%(since)s::text::xid) and c.cmin::text::bigint > %(command)s
)
