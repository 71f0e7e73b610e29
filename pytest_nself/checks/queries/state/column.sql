-- Columns: the table's oid, number, name, whether it is gone, type, the type's oid, its modifier, not null, default,
-- generated, identity, whether the table itself has it.
-- The first column is the number of the command that wrote it.
-- Parameters: `since`, a transaction id: only what was written by it, or after it (null: everything); `command`: and
-- that by a later command of the running transaction than this; `only`: of the tables with these oids (null: of all).
select
    a.cmin::text::bigint,
    a.attrelid::bigint,
    a.attnum::integer,
    a.attname::text,
    a.attisdropped,
    pg_catalog.format_type(a.atttypid, a.atttypmod),
    a.atttypid::bigint,
    a.atttypmod,
    a.attnotnull,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid),
    a.attgenerated::text,
    a.attidentity::text,
    a.attislocal
from pg_catalog.pg_attribute as a
join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'f')
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and (%(since)s::text is not null or not a.attisdropped)
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (%(only)s::bigint[] is null or a.attrelid = any(%(only)s::bigint[]::oid[]))
and (
    %(since)s::text::xid is null
    or pg_catalog.age(a.xmin) <= pg_catalog.age(%(since)s::text::xid) and a.cmin::text::bigint > %(command)s
)
