-- Indexes by oid: schema, name, the oid of the table, and the file that holds the entries (0: none of its own).
select i.indexrelid::bigint, n.nspname::text, c.relname::text, i.indrelid::bigint, c.relfilenode::bigint
from pg_catalog.pg_index as i
join pg_catalog.pg_class as c on c.oid = i.indexrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname !~ '^pg_'
