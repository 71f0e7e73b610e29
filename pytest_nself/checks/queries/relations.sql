-- Tables, and materialized views, by oid: schema, name, and the file that holds the rows (0: none of its own).
select c.oid::bigint, n.nspname::text, c.relname::text, c.relfilenode::bigint
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'v', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
